"""Reading what a filter is given: the value on its left and what stands after the colon."""

from decimal import Decimal
from typing import Any

from opsflows.rules.arithmetic import to_decimal
from opsflows.rules.errors import RenderError
from opsflows.rules.lookup import MISSING
from opsflows.rules.text import excerpt


def is_nothing(value: Any) -> bool:
    """Whether there is nothing to work on: missing, null or an empty text."""
    return value is MISSING or value is None or value == ""


def number(value: Any, name: str) -> Decimal:
    """`value` as an exact number, nothing as zero.

    Raises:
        RenderError: if it is no number; `name` is the filter that needs one.
    """
    if is_nothing(value):
        return Decimal(0)
    result = to_decimal(value)
    if result is None:
        raise RenderError(f"The filter {name} needs a number, not {excerpt(value)}.")
    return result


def count(value: Any, name: str) -> int:
    """`value` as a whole number of a sensible size.

    Raises:
        RenderError: if it is none.
    """
    result = to_decimal(value)
    if result is None or result != result.to_integral_value() or abs(result) > 10**6:
        raise RenderError(f"The filter {name} needs a whole number, not {excerpt(value)}.")
    return int(result)
