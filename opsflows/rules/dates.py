"""Relative dates ("+7 days", "end_of_month", "+4 business hours") as Rules writes them."""

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

_MAX_LENGTH = 80
_OFFSET = re.compile(r"([+-])\s*(\d{1,6})\s+(business\s+(?:day|hour|minute)|[a-z]+?)s?\Z", re.ASCII | re.IGNORECASE)
_CLOCK_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_BUSINESS_UNITS = {"business minute": 60, "business hour": 3600}
_MONTH_UNITS = {"month": 1, "quarter": 3, "year": 12}
#: Whether a text is a date does not depend on the day; a fixed one makes the answer the same at all times.
_PROBE = Clock(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), ZoneInfo("UTC"))


def next_business_day(clock: Clock) -> datetime.date:
    """The first working day after today."""
    return clock.business.add_business_days(clock.today, 1)


def next_business_hour(clock: Clock) -> datetime.datetime:
    """The first moment from now on within business hours: now, if it is."""
    return clock.business.next_open(clock.now).astimezone(clock.zone)


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
    "next_business_hour": next_business_hour,
}


def resolve_date(expression: str, clock: Clock) -> datetime.datetime | datetime.date:
    """The day or the moment that `expression` means at `clock`.

    A name (`NAMED_DATES`), an ISO date or time, an offset from now ("+7 days", "-1 day", "+3 business days",
    "+2 hours", "+4 business hours"), or one of the first two followed by an offset ("end_of_month +3 days"). Offsets of
    minutes and hours give a datetime in the account's zone; offsets of days and more give a date, unless they start
    from a datetime. A month after the 31st is the last day of the next month.

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


def _base(name: str, clock: Clock) -> datetime.date | None:
    named = NAMED_DATES.get(name.lower())
    return named(clock) if named else as_moment(name, clock.zone)


def _add(start: datetime.date | None, offset: re.Match[str], clock: Clock, expression: str) -> datetime.date:
    count = int(offset[2]) * (-1 if offset[1] == "-" else 1)
    unit = " ".join(offset[3].lower().split())
    if unit in _CLOCK_UNITS or unit in _BUSINESS_UNITS:
        moment = start or clock.local
        if not isinstance(moment, datetime.datetime):
            moment = datetime.datetime.combine(moment, datetime.time(), clock.zone)
        if unit in _BUSINESS_UNITS:
            length = datetime.timedelta(seconds=count * _BUSINESS_UNITS[unit])
            return clock.business.add_business_time(moment, length).astimezone(clock.zone)
        # Hours are real hours: through UTC, so that a night with a clock change comes out right.
        delta = datetime.timedelta(seconds=count * _CLOCK_UNITS[unit])
        return (moment.astimezone(datetime.UTC) + delta).astimezone(clock.zone)
    day = start or clock.today
    if unit in ("day", "week"):
        return day + datetime.timedelta(days=count * (7 if unit == "week" else 1))
    if unit in _MONTH_UNITS:
        return _add_months(day, count * _MONTH_UNITS[unit])
    if unit == "business day":
        moved = clock.business.add_business_days(day, count)
        return moved.astimezone(clock.zone) if isinstance(moved, datetime.datetime) else moved
    raise _not_a_date(expression)


def _add_months(day: datetime.date, count: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise OverflowError
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


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
