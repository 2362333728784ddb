"""How a value reads in a text that a person gets."""

import datetime
from decimal import Decimal
from typing import Any

from opsflows.jsontext import dump_json
from opsflows.rules.lookup import MISSING


def to_text(value: Any) -> str:
    """`value` in plain words: numbers without exponent and with the decimals they came with, booleans as true and
    false, nothing for null and missing, ISO for dates, JSON for lists and objects."""
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    if isinstance(value, dict | list | tuple):
        return dump_json(value)
    return str(value)


def excerpt(value: Any, length: int = 80) -> str:
    """`value` as it is quoted in a message: strings in quotes, long ones cut."""
    text = f'"{value}"' if isinstance(value, str) else ("null" if value is None else to_text(value))
    return text if len(text) <= length else text[: length - 1] + "…"
