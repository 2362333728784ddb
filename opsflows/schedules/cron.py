"""Cron text: five fields, strictly checked, and the wall-clock times that it names.

Pure, and without zones: `fire_times.py` says which moments these times are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from croniter import CroniterBadDateError, CroniterError, croniter  # type: ignore[import-untyped]

MAX_LENGTH = 100


class CronError(ValueError):
    """The text is no schedule; the message says which field, what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    low: int
    high: int
    example: str
    names: tuple[str, ...] = ()
    #: What `names` begin to count at.
    first: int = 0

    def number(self, text: str) -> int | None:
        """The value that `text` spells, as number or name; None where it spells none of this field's."""
        if text in self.names:
            return self.names.index(text) + self.first
        return int(text) if _NUMBER.fullmatch(text) and self.low <= int(text) <= self.high else None


_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    _Field("minute", 0, 59, "0, 30 or */15"),
    _Field("hour", 0, 23, "7, 9-17 or *"),
    _Field("day of the month", 1, 31, "1, 15, L for the last one, or *"),
    _Field("month", 1, 12, "1, jan-mar or *", _MONTHS, 1),
    _Field("weekday", 0, 7, "mon-fri, 0 for Sunday, fri#1 for the first Friday, L5 for the last one, or *", _DAYS),
)
_DAY, _WEEKDAY = _FIELDS[2], _FIELDS[4]
_ITEM = re.compile(r"(?P<all>\*)|(?P<low>[0-9a-z]+)(-(?P<high>[0-9a-z]+))?", re.ASCII)
_NTH = re.compile(r"(?P<day>[0-9a-z]+)#[1-5]|l(?P<last>[0-7])", re.ASCII)


def checked_cron(text: str) -> str:
    """`text` with single spaces between its five fields.

    A field takes numbers, names of months and weekdays, ranges, lists and steps; the day of the month takes L, and the
    weekday `fri#2` and `L5`. Shorthands such as @daily, seconds, and random values are refused. Where both the day of
    the month and the weekday are restricted, either will do, as cron has it.

    Raises:
        CronError: it is anything else, or names no time at all.
    """
    fields = text.split()
    if len(text) > MAX_LENGTH:
        raise CronError(f"A schedule has at most {MAX_LENGTH} characters.")
    if len(fields) != len(_FIELDS):
        raise CronError(
            f"Write five fields (minute, hour, day of the month, month, weekday) such as “0 7 * * *”; "
            f"here are {len(fields)}."
        )
    for field, written in zip(_FIELDS, fields, strict=True):
        if problem := _problem(field, written.lower()):
            raise CronError(f"{field.label.capitalize()}: {problem}; write for example {field.example}.")
    if fields[2] != "*" and ("#" in fields[4] or fields[4].lower().startswith("l")):
        raise CronError("Weekday: with # or L it stands alone; leave the day of the month as *.")
    cron = " ".join(fields)
    try:
        croniter.expand(cron, strict=True)
        croniter(cron, datetime(2000, 1, 1), ret_type=datetime).get_next()  # noqa: DTZ001  (a wall clock has no zone)
    except CroniterError:
        raise CronError(f"“{cron}” names no time that ever comes; look at its day and month.") from None
    return cron


def named_times(cron: str, *, after: datetime) -> Iterator[datetime]:
    """The wall-clock times that `cron` names behind `after`, in order; neither has a zone."""
    # croniter itself would take zones, too; what it does at their transitions changed with every release.
    steps = croniter(cron, after.replace(second=0, microsecond=0), ret_type=datetime)
    while True:
        try:
            yield steps.get_next()
        except (CroniterBadDateError, OverflowError, ValueError):
            return


@lru_cache(maxsize=1000)
def names_every_hour(cron: str) -> bool:
    """Whether it goes round the clock: hourly, every few minutes, or a pattern of minutes of every hour."""
    return bool(croniter.expand(cron)[0][1] == ["*"])


def _problem(field: _Field, written: str) -> str | None:
    for item in written.split(","):
        if problem := _item_problem(field, item):
            return problem
    return None


def _item_problem(field: _Field, item: str) -> str | None:
    if field is _DAY and item == "l":
        return None
    if field is _WEEKDAY and (nth := _NTH.fullmatch(item)):
        return None if nth["last"] or field.number(nth["day"]) is not None else f"“{nth['day']}” is no weekday"
    body, slash, step = item.partition("/")
    found = _ITEM.fullmatch(body)
    if found is None:
        return f"“{item}” cannot be read"
    if slash and not (_NUMBER.fullmatch(step) and 1 <= int(step) <= field.high):
        return f"“/{step}” is no step from 1 to {field.high}"
    if found["all"]:
        return None
    low, high = field.number(found["low"]), field.number(found["high"] or found["low"])
    if low is None or high is None:
        wrong = found["low"] if low is None else found["high"]
        return f"“{wrong}” does not lie between {field.low} and {field.high}"
    if found["high"] and field is _WEEKDAY and high == 0:
        high = 7
    if found["high"] and low >= high:
        return f"the range “{body}” does not rise"
    return None
