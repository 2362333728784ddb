"""Points in time as vendors write them, and the bounds within which a signed one is believed."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

Unit = Literal["seconds", "milliseconds", "iso"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# ASCII digits without leading zeros: `int()` would also take signs, spaces, underscores and other scripts' digits,
# and a text that can be written in two ways could be signed in two ways.
_WHOLE_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,17})\Z")
# Unix seconds pass this only after the year 5100, so a larger number is taken as milliseconds.
_MILLISECONDS_FROM: Final = 100_000_000_000
_LARGEST: Final = 1_000_000_000_000_000
# The calendar's first and last year do not fit it in every zone; Go, for one, writes year 1 where it has no time.
_YEARS: Final = range(2, 9999)


def signed_moment(text: str, unit: Unit = "seconds") -> datetime | None:
    """The moment a signed timestamp header names, in UTC; None where it isn't written as the unit demands.

    A number beyond the calendar becomes its last moment: too far in the future whatever the clock says.
    """
    if unit == "iso":
        return _iso(text)
    if not _WHOLE_NUMBER.match(text):
        return None
    return _since_epoch(Decimal(int(text)), unit) or datetime.max.replace(tzinfo=UTC)


def moment(value: Any) -> datetime | None:
    """A time of occurrence out of a payload: ISO 8601, Unix seconds or Unix milliseconds; None for anything else.

    A text without an offset is taken as UTC. Numbers may also be given as text.
    """
    found = _moment(value)
    return found if found is not None and found.year in _YEARS else None


def write_moment(now: datetime, unit: Unit = "seconds") -> str:
    """`now` as vendors write it: whole Unix seconds or milliseconds, rounded down, or ISO 8601 in UTC."""
    if unit == "iso":
        return now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str((now - _EPOCH) // (timedelta(seconds=1) if unit == "seconds" else timedelta(milliseconds=1)))


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if not _WHOLE_NUMBER.match(value):
            return _iso(value)
        value = int(value)
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        # Checked by comparing alone: arithmetic on a number such as 1E+999999 overflows, or takes its time.
        if not number.is_finite() or not -_LARGEST < number < _LARGEST:
            return None
        return _since_epoch(number, "milliseconds" if abs(number) >= _MILLISECONDS_FROM else "seconds")
    return None


def _since_epoch(number: Decimal, unit: Unit) -> datetime | None:
    try:
        # Whole microseconds: a float of seconds would already be off by some.
        micros = int(number * (1_000_000 if unit == "seconds" else 1_000))
        return _EPOCH + timedelta(microseconds=micros)
    except (ArithmeticError, ValueError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
