"""Schedules as people say them: the patterns that the form offers, their cron text, and a sentence for it.

Pure. What is none of these patterns is custom, and shown as the cron text that it is.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

#: The steps that go into an hour, so that every one of them is as long as the others.
EVERY = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
#: As a calendar is read.
WEEK = (1, 2, 3, 4, 5, 6, 0)

_SHORT = {name[:3].lower(): str(number) for number, name in enumerate(WEEKDAYS)} | {"7": "0"}
_TIME = re.compile(r"(\d{1,2}) (\d{1,2}) (\S+) \* (\S+)", re.ASCII)
_HOURLY = re.compile(r"(\d{1,2}) \* \* \* \*", re.ASCII)
_MINUTES = re.compile(r"\*(?:/(\d{1,2}))? \* \* \* \*", re.ASCII)


class Kind(StrEnum):
    """How often, in the words of the form."""

    DAILY = "daily"
    WORKDAYS = "workdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    MONTH_END = "month_end"
    HOURLY = "hourly"
    MINUTES = "minutes"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A schedule as the form asks for it; what does not belong to its kind keeps its default.

    `weekdays` count from Sunday, 0; `cron` is written by people for `CUSTOM` alone.
    """

    kind: Kind
    hour: int = 7
    minute: int = 0
    weekdays: tuple[int, ...] = (1,)
    day: int = 1
    every: int = 15
    cron: str = ""


def to_cron(pattern: Pattern) -> str:
    """The cron text of a pattern."""
    time = f"{pattern.minute} {pattern.hour}"
    match pattern.kind:
        case Kind.DAILY:
            return f"{time} * * *"
        case Kind.WORKDAYS:
            return f"{time} * * 1-5"
        case Kind.WEEKLY:
            return f"{time} * * {','.join(str(day) for day in sorted(set(pattern.weekdays)))}"
        case Kind.MONTHLY:
            return f"{time} {pattern.day} * *"
        case Kind.MONTH_END:
            return f"{time} L * *"
        case Kind.HOURLY:
            return f"{pattern.minute} * * * *"
        case Kind.MINUTES:
            return "* * * * *" if pattern.every == 1 else f"*/{pattern.every} * * * *"
        case Kind.CUSTOM:
            return pattern.cron


def read_pattern(cron: str) -> Pattern:
    """The pattern that `cron` (checked) is written in; custom where it is none that the form offers."""
    if found := _MINUTES.fullmatch(cron):
        every = int(found[1] or 1)
        return Pattern(Kind.MINUTES, every=every) if every in EVERY else _custom(cron)
    if found := _HOURLY.fullmatch(cron):
        return Pattern(Kind.HOURLY, minute=int(found[1]))
    found = _TIME.fullmatch(cron)
    if found is None:
        return _custom(cron)
    minute, hour, day, week = int(found[1]), int(found[2]), found[3].lower(), found[4].lower()
    if week == "*":
        return _by_date(cron, hour, minute, day)
    if day != "*":
        return _custom(cron)
    if week in ("1-5", "mon-fri"):
        return Pattern(Kind.WORKDAYS, hour=hour, minute=minute)
    days = [_SHORT.get(each, each) for each in week.split(",")]
    if not all(each.isdigit() and int(each) in range(7) for each in days):
        return _custom(cron)
    return Pattern(Kind.WEEKLY, hour=hour, minute=minute, weekdays=tuple(sorted({int(each) for each in days})))


def in_words(cron: str) -> str:
    """`cron` as a sentence without a full stop: `Every day at 07:00`."""
    pattern = read_pattern(cron)
    time = f"{pattern.hour:02}:{pattern.minute:02}"
    match pattern.kind:
        case Kind.DAILY:
            return f"Every day at {time}"
        case Kind.WORKDAYS:
            return f"Monday to Friday at {time}"
        case Kind.WEEKLY:
            return f"Every {_listed(pattern.weekdays)} at {time}"
        case Kind.MONTHLY:
            months = "every month" if pattern.day <= 28 else "every month that has one"
            return f"On day {pattern.day} of {months} at {time}"
        case Kind.MONTH_END:
            return f"On the last day of every month at {time}"
        case Kind.HOURLY:
            past = {0: "on the hour", 1: "a minute past"}.get(pattern.minute, f"{pattern.minute} minutes past")
            return f"Every hour, {past}"
        case Kind.MINUTES:
            return "Every minute" if pattern.every == 1 else f"Every {pattern.every} minutes"
        case Kind.CUSTOM:
            return f"By the cron text {pattern.cron}"


def _by_date(cron: str, hour: int, minute: int, day: str) -> Pattern:
    if day == "*":
        return Pattern(Kind.DAILY, hour=hour, minute=minute)
    if day == "l":
        return Pattern(Kind.MONTH_END, hour=hour, minute=minute)
    return Pattern(Kind.MONTHLY, hour=hour, minute=minute, day=int(day)) if day.isdigit() else _custom(cron)


def _custom(cron: str) -> Pattern:
    return Pattern(Kind.CUSTOM, cron=cron)


def _listed(weekdays: tuple[int, ...]) -> str:
    names = [WEEKDAYS[day] for day in WEEK if day in weekdays]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
