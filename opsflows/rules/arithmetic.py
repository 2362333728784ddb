"""Exact decimal arithmetic with a bound: 34 digits, as in IEEE 754 decimal128, and no number too long to print."""

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from opsflows.rules.compare import as_number

#: Used for every sum in formulas and filters. Halves are rounded up, as in commerce.
EXACT = Context(
    prec=34, rounding=ROUND_HALF_UP, Emin=-1999, Emax=1999, traps=[DivisionByZero, InvalidOperation, Overflow]
)

ArithmeticFailure = (DivisionByZero, InvalidOperation, Overflow)


def to_decimal(value: Any) -> Decimal | None:
    """`value` as a Decimal if it is a number or spells one, else None."""
    number = as_number(value)
    return Decimal(number) if isinstance(number, int) else number


def rounded(value: Decimal, digits: int = 0) -> Decimal:
    """`value` with exactly `digits` decimals (0 to 20), halves up: 1.5 with two is 1.50."""
    return value.quantize(Decimal(1).scaleb(-max(0, min(digits, 20))), rounding=ROUND_HALF_UP, context=EXACT)
