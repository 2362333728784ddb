"""Lengths of time as Rules writes them ("2 days", "48 hours"), and in business time ("4 business hours")."""

import datetime
import re
from zoneinfo import ZoneInfo

from opsflows.rules.clock import Clock
from opsflows.rules.errors import RuleError
from opsflows.rules.text import excerpt

_MAX_LENGTH = 80
_PART = re.compile(r"\s*,?\s*(?:and\s+)?(\d{1,9}(?:\.\d{1,6})?)\s+([a-z]+?)s?(?=[\s,]|$)", re.ASCII | re.IGNORECASE)
_BUSINESS = re.compile(r"(\d{1,6})(\.\d{1,6})?\s+business\s+(minute|hour|day)s?", re.ASCII | re.IGNORECASE)
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_MAX_DURATION = datetime.timedelta(days=3660)
#: As for dates: whether a text is a duration does not depend on the day.
_PROBE = Clock(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), ZoneInfo("UTC"))


def parse_duration(text: str) -> datetime.timedelta:
    """A length of time in plain words: "2 days", "48 hours", "30 minutes", "1 day 12 hours".

    Raises:
        RuleError: if it is anything else, or longer than ten years.
    """
    position, total = 0, 0.0
    stripped = text.strip()[:_MAX_LENGTH]
    while position < len(stripped):
        part = _PART.match(stripped, position)
        if part is None or part[2].lower() not in _UNITS:
            raise _not_a_duration(text)
        total += float(part[1]) * _UNITS[part[2].lower()]
        position = part.end()
    if position == 0 or len(text.strip()) > _MAX_LENGTH:
        raise _not_a_duration(text)
    if total > _MAX_DURATION.total_seconds():
        raise RuleError.of("", f"{excerpt(text)} is longer than ten years.")
    return datetime.timedelta(seconds=total)


def after_duration(text: str, clock: Clock) -> datetime.datetime:
    """The moment that a length of time after `clock.now` is over; "4 business hours" by the clock's calendar.

    "2 business days" is the same time of day, two working days on.

    Raises:
        RuleError: it is neither, too long, or the calendar is never open.
    """
    business = _BUSINESS.fullmatch(text.strip())
    if business is None:
        return clock.now + parse_duration(text)
    whole, fraction, unit = business[1], business[2] or "", business[3].lower()
    if unit == "day":
        if fraction:
            raise RuleError.of("", f"{excerpt(text)}: business days are counted whole; use business hours for parts.")
        return clock.business.add_business_days(clock.now, int(whole)).astimezone(clock.zone)
    length = datetime.timedelta(seconds=float(whole + fraction) * _UNITS[unit])
    return clock.business.add_business_time(clock.now, length).astimezone(clock.zone)


def duration_problem(text: str) -> str | None:
    """The sentence that says why `after_duration` does not take `text`, for forms; None where it does."""
    try:
        after_duration(text, _PROBE)
    except RuleError as error:
        return error.problems[0].message
    return None


def _not_a_duration(text: str) -> RuleError:
    return RuleError.of(
        "",
        f'{excerpt(text)} is not a duration; write for example "2 days", "48 hours" or "30 minutes".',
    )
