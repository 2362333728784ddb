"""Relative dates ("+7 days", "end_of_month") and durations ("2 days") as Rules writes them."""

import calendar
import datetime
import re
from collections.abc import Callable
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_moment
from opsflows.rules.errors import RuleError
from opsflows.rules.text import excerpt

#: How far a search for a working day goes before the calendar is taken to have none.
_LONGEST_CLOSURE = 366
_MAX_LENGTH = 80
_OFFSET = re.compile(r"([+-])\s*(\d{1,6})\s+(business\s+day|[a-z]+?)s?\Z", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"\s*,?\s*(?:and\s+)?(\d{1,9}(?:\.\d{1,6})?)\s+([a-z]+?)s?(?=[\s,]|$)", re.ASCII | re.IGNORECASE)
_CLOCK_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_DURATION_UNITS = {**_CLOCK_UNITS, "day": 86400, "week": 604800}
_MONTH_UNITS = {"month": 1, "quarter": 3, "year": 12}
_MAX_DURATION = datetime.timedelta(days=3660)
#: Whether a text is a date does not depend on the day; a fixed one makes the answer the same at all times.
_PROBE = Clock(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), ZoneInfo("UTC"))


def next_business_day(clock: Clock) -> datetime.date:
    """The first working day after today."""
    return _add_business_days(clock.today, 1, clock)


def end_of_month(clock: Clock) -> datetime.date:
    return _last_of_month(clock.today)


def end_of_quarter(clock: Clock) -> datetime.date:
    today = clock.today
    return _last_of_month(today.replace(month=(today.month + 2) // 3 * 3, day=1))


#: The words that stand for a day or a moment.
NAMED_DATES: dict[str, Callable[[Clock], datetime.date]] = {
    "now": lambda clock: clock.local,
    "timestamp": lambda clock: clock.local,
    "today": lambda clock: clock.today,
    "tomorrow": lambda clock: clock.today + datetime.timedelta(days=1),
    "yesterday": lambda clock: clock.today - datetime.timedelta(days=1),
    "end_of_month": end_of_month,
    "end_of_quarter": end_of_quarter,
    "next_business_day": next_business_day,
}


def resolve_date(expression: str, clock: Clock) -> datetime.datetime | datetime.date:
    """The day or the moment that `expression` means at `clock`.

    A name (`NAMED_DATES`), an ISO date or time, an offset from now ("+7 days", "-1 day", "+3 business days",
    "+2 hours"), or one of the first two followed by an offset ("end_of_month +3 days"). Offsets of minutes and hours
    give a datetime in the account's zone; offsets of days and more give a date, unless they start from a datetime.
    A month after the 31st is the last day of the next month.

    Raises:
        RuleError: if it is none of these, or outside of the calendar.
    """
    text = expression.strip()
    if len(text) > _MAX_LENGTH:
        raise _not_a_date(expression)
    offset = _OFFSET.search(text)
    base = text[: offset.start()].strip() if offset else text
    try:
        start = _base(base, clock)
        if offset is None and start is not None:
            return start
        if offset is None or (base and start is None):
            raise _not_a_date(expression)
        return _add(start, offset, clock, expression)
    except RuleError:
        raise
    except (OverflowError, ValueError):
        raise RuleError.of("", f"{excerpt(expression)} lies outside of the calendar.") from None


def date_problem(expression: str) -> str | None:
    """The sentence that says why `resolve_date` does not take `expression`, for forms; None where it does."""
    try:
        resolve_date(expression, _PROBE)
    except RuleError as error:
        return error.problems[0].message
    return None


def parse_duration(text: str) -> datetime.timedelta:
    """A length of time in plain words: "2 days", "48 hours", "30 minutes", "1 day 12 hours".

    Raises:
        RuleError: if it is anything else, or longer than ten years.
    """
    position, total = 0, 0.0
    stripped = text.strip()[:_MAX_LENGTH]
    while position < len(stripped):
        part = _PART.match(stripped, position)
        if part is None or part[2].lower() not in _DURATION_UNITS:
            raise _not_a_duration(text)
        total += float(part[1]) * _DURATION_UNITS[part[2].lower()]
        position = part.end()
    if position == 0 or len(text.strip()) > _MAX_LENGTH:
        raise _not_a_duration(text)
    if total > _MAX_DURATION.total_seconds():
        raise RuleError.of("", f"{excerpt(text)} is longer than ten years.")
    return datetime.timedelta(seconds=total)


def _base(name: str, clock: Clock) -> datetime.date | None:
    named = NAMED_DATES.get(name.lower())
    return named(clock) if named else as_moment(name, clock.zone)


def _add(start: datetime.date | None, offset: re.Match[str], clock: Clock, expression: str) -> datetime.date:
    count = int(offset[2]) * (-1 if offset[1] == "-" else 1)
    unit = " ".join(offset[3].lower().split())
    if unit in _CLOCK_UNITS:
        moment = start or clock.local
        if not isinstance(moment, datetime.datetime):
            moment = datetime.datetime.combine(moment, datetime.time(), clock.zone)
        # Hours are real hours: through UTC, so that a night with a clock change comes out right.
        delta = datetime.timedelta(seconds=count * _CLOCK_UNITS[unit])
        return (moment.astimezone(datetime.UTC) + delta).astimezone(clock.zone)
    day = start or clock.today
    if unit in ("day", "week"):
        return day + datetime.timedelta(days=count * (7 if unit == "week" else 1))
    if unit in _MONTH_UNITS:
        return _add_months(day, count * _MONTH_UNITS[unit])
    if unit == "business day":
        return _add_business_days(day, count, clock)
    raise _not_a_date(expression)


def _add_months(day: datetime.date, count: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise OverflowError
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _add_business_days(day: datetime.date, count: int, clock: Clock) -> datetime.date:
    step = datetime.timedelta(days=1 if count >= 0 else -1)
    if abs(count) > 1000:
        raise RuleError.of("", "At most 1000 business days can be counted; use days or months.")
    for _ in range(abs(count)):
        for _ in range(_LONGEST_CLOSURE):
            day += step
            if clock.is_business_day(day):
                break
        else:
            raise RuleError.of("", "The calendar has no working day within a year; check its week and holidays.")
    return day


def _last_of_month(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _not_a_date(expression: str) -> RuleError:
    close = get_close_matches(expression.strip().lower()[:_MAX_LENGTH], NAMED_DATES, n=1)
    hint = (
        f"did you mean {close[0]}?"
        if close
        else 'write for example "+7 days", "today", "end_of_month" or "2026-03-31".'
    )
    return RuleError.of("", f"{excerpt(expression)} is not a date; {hint}")


def _not_a_duration(text: str) -> RuleError:
    return RuleError.of(
        "", f'{excerpt(text)} is not a duration; write for example "2 days", "48 hours" or "30 minutes".'
    )
