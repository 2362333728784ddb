"""When two values are equal, and which one is greater: one answer for conditions, texts and formulas.

Events come from many systems, and the same amount arrives as ``100000`` from one and ``"100000"`` from another. So a
number and a text that spells a number compare as numbers, true and ``"true"`` as booleans; but two texts compare as
texts, because ``"007"`` is not ``"7"``, and a boolean never equals a number.
"""

import datetime
import re
import uuid
from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from opsflows.rules.lookup import MISSING

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?", re.ASCII)
_MAX_DIGITS = 128
_MAX_EXPONENT = 1000
_BOOLEANS = {"true": True, "false": False}
#: Numbers from here on are milliseconds since 1970, below they are seconds (1e11 seconds is the year 5138).
_MILLISECONDS_FROM = 10**11
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ])", re.ASCII)


def as_number(value: Any) -> int | Decimal | None:
    """`value` as an exact number if it is one or spells one (``"100000"``, ``"-12.50"``), else None. Not booleans."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        return as_number(Decimal(repr(value)))
    if isinstance(value, str) and len(value) <= _MAX_DIGITS and _NUMBER.fullmatch(value):
        number = Decimal(value)
        return number if abs(number.adjusted()) <= _MAX_EXPONENT else None
    return None


def as_boolean(value: Any) -> bool | None:
    """`value` as a boolean if it is one or spells one (in any case of letters), else None."""
    if isinstance(value, bool):
        return value
    return _BOOLEANS.get(value.lower()) if isinstance(value, str) and len(value) <= 5 else None


def is_empty(value: Any) -> bool:
    """Whether there is nothing in it: missing, null, ``""``, ``[]`` or ``{}``. Zero and false are something."""
    return value is MISSING or value is None or (isinstance(value, str | list | tuple | Mapping) and not value)


def equals(left: Any, right: Any) -> bool:
    """Whether two values are the same, typed as the module says; lists and objects by item. Missing equals nothing."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    left, right = _plain(left), _plain(right)
    if left is MISSING or right is MISSING:
        return False
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return as_boolean(left) is as_boolean(right) is not None
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(equals, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return len(left) == len(right) and all(equals(left[key], right.get(key, MISSING)) for key in left)
    number = as_number(left)
    return number is not None and number == as_number(right)


def value_keys(value: Any) -> tuple[Hashable, ...]:
    """Hash keys of a value: whenever ``equals(a, b)``, `a` and `b` have a key in common (not the other way round)."""
    value = _plain(value)
    if value is MISSING:
        return ()
    if value is None:
        return (("null",),)
    if isinstance(value, list | tuple):
        return (("list", len(value)),)
    if isinstance(value, Mapping):
        return (("object", len(value)),)
    keys: list[Hashable] = [value] if isinstance(value, str) else []
    boolean = as_boolean(value)
    if boolean is not None:
        keys.append(("boolean", boolean))
    number = as_number(value)
    if number is not None:
        keys.append(number)
    return tuple(keys)


def order(left: Any, right: Any, zone: ZoneInfo) -> int | None:
    """-1, 0 or 1 as `left` is less than, equal to or greater than `right`; None if they cannot be compared.

    Numbers and texts that spell numbers compare as numbers, ISO dates and times as moments (`order_moments`).
    """
    one = as_number(left)
    if one is not None:
        other = as_number(right)
        return None if other is None else (one > other) - (one < other)
    first = as_moment(left, zone)
    second = as_moment(right, zone) if first is not None else None
    return None if first is None or second is None else order_moments(first, second, zone)


def as_moment(value: Any, zone: ZoneInfo, *, numbers: bool = False) -> datetime.date | datetime.datetime | None:
    """`value` as a date, or as an aware datetime, if it is or spells one in ISO 8601, else None.

    A time without offset is one on the wall clock of `zone`. With `numbers`, a number counts as seconds, or where it is
    too big for that as milliseconds, since 1970, which is how several vendors send times.
    """
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, str) and len(value) <= 40 and _ISO_START.match(value):
        try:
            if len(value) == 10:
                return datetime.date.fromisoformat(value)
            return as_moment(datetime.datetime.fromisoformat(value), zone)
        except ValueError:
            return None
    return _from_epoch(value) if numbers else None


def order_moments(left: datetime.date, right: datetime.date, zone: ZoneInfo) -> int:
    """Like `order` for dates and datetimes. If one of them is a plain date, both compare as calendar days in `zone`."""
    if not (isinstance(left, datetime.datetime) and isinstance(right, datetime.datetime)):
        left, right = _day(left, zone), _day(right, zone)
    return (left > right) - (left < right)


def _day(moment: datetime.date, zone: ZoneInfo) -> datetime.date:
    try:
        return moment.astimezone(zone).date() if isinstance(moment, datetime.datetime) else moment
    except OverflowError:  # the first and the last hours that the calendar knows
        return moment.date() if isinstance(moment, datetime.datetime) else moment


def _from_epoch(value: Any) -> datetime.datetime | None:
    number = as_number(value)
    if number is None:
        return None
    seconds = float(number) / (1000 if not -_MILLISECONDS_FROM < number < _MILLISECONDS_FROM else 1)
    try:
        return _EPOCH + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return None


def _plain(value: Any) -> Any:
    """Dates and UUIDs as the texts that they are in JSON."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
