"""Filters that calculate, exactly, and write amounts of money."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from opsflows.rules.arithmetic import EXACT, rounded
from opsflows.rules.errors import RenderError
from opsflows.rules.templates.filters.arguments import count, is_nothing, number
from opsflows.rules.text import to_text

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
#: Currencies whose smallest unit is the unit itself.
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "XPF", "PYG", "UGX"})


def format_currency(value: Any, currency: Any = "USD") -> str:
    """An amount as a person reads it: ``$1,234.50``, ``€1,234.50``, ``CHF 1,234.50``. Nothing stays nothing."""
    if is_nothing(value):
        return ""
    code = to_text(currency).strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise RenderError('The filter format_currency needs a currency of three letters, for example "EUR".')
    amount = rounded(number(value, "format_currency"), 0 if code in _WITHOUT_CENTS else 2)
    sign = "-" if amount < 0 else ""
    return f"{sign}{_SYMBOLS.get(code, f'{code} ')}{abs(amount):,f}"


def format_number(value: Any, digits: Any = None) -> str:
    """A number with commas between the thousands, and with `digits` decimals if they are given."""
    if is_nothing(value):
        return ""
    amount = number(value, "format_number")
    return format(amount if digits is None else rounded(amount, count(digits, "format_number")), ",f")


def round_number(value: Any, digits: Any = 0) -> Decimal:
    """Rounded to `digits` decimals, halves up."""
    return rounded(number(value, "round"), count(digits, "round"))


def _with_one(name: str, calculate: Callable[[Decimal], Decimal]) -> Callable[[Any], Decimal]:
    def apply(value: Any) -> Decimal:
        return calculate(number(value, name))

    return apply


def _with_two(name: str, calculate: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Decimal]:
    def apply(value: Any, other: Any) -> Decimal:
        return calculate(number(value, name), number(other, name))

    return apply


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": _with_one("abs", abs),
    "at_least": _with_two("at_least", max),
    "at_most": _with_two("at_most", min),
    "ceil": _with_one("ceil", lambda value: value.to_integral_value(ROUND_CEILING)),
    "divided_by": _with_two("divided_by", EXACT.divide),
    "floor": _with_one("floor", lambda value: value.to_integral_value(ROUND_FLOOR)),
    "format_currency": format_currency,
    "format_number": format_number,
    "minus": _with_two("minus", EXACT.subtract),
    "modulo": _with_two("modulo", EXACT.remainder),
    "plus": _with_two("plus", EXACT.add),
    "round": round_number,
    "times": _with_two("times", EXACT.multiply),
}
