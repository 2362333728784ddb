"""The time between two moments: as a number for formulas, in words for texts."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from opsflows.rules.arithmetic import EXACT

_MICROSECOND = datetime.timedelta(microseconds=1)
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def span(start: datetime.date, end: datetime.date, zone: ZoneInfo) -> datetime.timedelta:
    """From `start` to `end`, negative where it is the earlier one. A day without a time begins at midnight in `zone`;
    two of them are whole days apart, whatever the clocks did in between."""
    if not isinstance(start, datetime.datetime) and not isinstance(end, datetime.datetime):
        return end - start
    return _at(end, zone) - _at(start, zone)


def in_units(length: datetime.timedelta, seconds: int) -> Decimal:
    """How often `seconds` fit into `length`, with the fraction."""
    return EXACT.divide(Decimal(length // _MICROSECOND), Decimal(seconds * 1_000_000))


def span_in_words(length: datetime.timedelta) -> str:
    """The two greatest units of it, cut off and not rounded: "1 hour 5 minutes", "3 days"."""
    left = int(length.total_seconds())
    if left < 60:
        return "less than a minute"
    parts = []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        parts.append(f"{count} {unit}{'' if count == 1 else 's'}" if count else "")
    first = next(index for index, part in enumerate(parts) if part)
    return " ".join(filter(None, parts[first : first + 2]))


def _at(moment: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    if isinstance(moment, datetime.datetime):
        return moment.astimezone(datetime.UTC)
    return datetime.datetime.combine(moment, datetime.time(), zone).astimezone(datetime.UTC)
