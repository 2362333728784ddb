"""When two values of different systems are the same one, and which comes first."""

import datetime
import unicodedata
from collections.abc import Hashable
from decimal import Decimal
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from opsflows.jsontext import canonical_json
from opsflows.rules.compare import as_boolean, as_moment, as_number, is_empty
from opsflows.rules.lookup import MISSING
from opsflows.rules.text import to_text

#: What values are compared as; `auto` looks at each.
Sort: TypeAlias = Literal["auto", "number", "text", "date"]

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_NUMBER, _DATE, _TEXT, _BOOLEAN, _OTHER = range(5)


def identity(value: Any, *, ignore_case: bool = False) -> Hashable:
    """What two values share if they are the same one: the number 4711 is the text `4711`, but `007` is not `7`.

    None where there is nothing.
    """
    if is_empty(value):
        return None
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, list | tuple | dict):
        return ("json", canonical_json(value))
    if not isinstance(value, str) and (number := as_number(value)) is not None:
        # 4711.0 and 4.711E+3 are 4711.
        plain = Decimal(number).normalize()
        return format(plain if plain else Decimal(0), "f")
    text = to_text(value).strip()
    return (text.casefold() if ignore_case else text) or None


def sort_key(value: Any, sort: Sort, zone: ZoneInfo) -> tuple[Any, ...] | None:
    """What `value` is ordered by; None where there is nothing, or where it isn't what `sort` says.

    Keys of all values compare: numbers come before dates, dates before texts, texts before false and true.
    """
    if is_empty(value):
        return None
    if sort == "number":
        number = as_number(value)
        return None if number is None else (_NUMBER, number)
    if sort == "date":
        moment = as_moment(value, zone, numbers=True)
        return None if moment is None else (_DATE, instant(moment, zone))
    if sort == "text":
        return _text_key(to_text(value))
    if (number := as_number(value)) is not None:
        return (_NUMBER, number)
    if (moment := as_moment(value, zone)) is not None:
        return (_DATE, instant(moment, zone))
    if isinstance(value, bool):
        return (_BOOLEAN, as_boolean(value))
    return (_OTHER, canonical_json(value)) if isinstance(value, list | tuple | dict) else _text_key(to_text(value))


def instant(moment: datetime.date, zone: ZoneInfo) -> datetime.timedelta:
    """How long after 1970 `moment` is; a plain date begins at midnight in `zone`."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time(), zone)
    return moment - _EPOCH


def shown(value: Any) -> Any:
    """`value` where JSON is written: nothing for what is missing."""
    return None if value is MISSING else value


def _text_key(text: str) -> tuple[Any, ...]:
    """É beside E and a beside A; what differs in nothing else is ordered by its letters, so that all texts differ."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return (_TEXT, plain.casefold(), text)
