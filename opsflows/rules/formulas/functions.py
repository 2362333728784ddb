"""What a formula can calculate with: its functions and operators, each on exact numbers."""

import ast
import datetime
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from opsflows.rules.arithmetic import EXACT, rounded, to_decimal
from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_moment, equals, order
from opsflows.rules.errors import FormulaError
from opsflows.rules.spans import in_units, span
from opsflows.rules.text import excerpt

MAX_ITEMS = 10_000


def _number(value: Any) -> Decimal:
    number = to_decimal(value)
    if number is None:
        raise FormulaError(f"{excerpt(value)} is not a number.")
    return number


def _numbers(values: tuple[Any, ...]) -> list[Decimal]:
    """The numbers given one by one, or as one list."""
    items = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
    if not items or len(items) > MAX_ITEMS:
        raise FormulaError(f"min, max and sum need 1 to {MAX_ITEMS} numbers, not {len(items)}.")
    return [_number(item) for item in items]


def _sum(*values: Any) -> Decimal:
    total = Decimal(0)
    for number in _numbers(values):
        total = EXACT.add(total, number)
    return total


def _round(value: Any, digits: Any = 0) -> Decimal:
    places = _number(digits)
    if places != places.to_integral_value() or not 0 <= places <= 20:
        raise FormulaError(f"round takes 0 to 20 decimals, not {excerpt(digits)}.")
    return rounded(_number(value), int(places))


def _if_else(condition: Any, yes: Any, no: Any) -> Any:
    return yes if condition else no


def _moment(value: Any, clock: Clock) -> datetime.date:
    moment = as_moment(value, clock.zone, numbers=True)
    if moment is None:
        raise FormulaError(f"{excerpt(value)} is not a date.")
    return moment


def _between(seconds: int) -> Callable[[Clock, Any, Any], Decimal]:
    def between(clock: Clock, start: Any, end: Any) -> Decimal:
        try:
            return in_units(span(_moment(start, clock), _moment(end, clock), clock.zone), seconds)
        except OverflowError:
            raise FormulaError(f"{excerpt(start)} or {excerpt(end)} is no date that can be calculated with.") from None

    return between


#: Functions that get the clock before their arguments: the second date less the first.
_TIMED: dict[str, Callable[[Clock, Any, Any], Decimal]] = {
    "days_between": _between(86400),
    "hours_between": _between(3600),
    "minutes_between": _between(60),
}

#: Each function with the fewest and the most arguments it takes.
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "abs": (lambda value: abs(_number(value)), 1, 1),
    "if_else": (_if_else, 3, 3),
    "max": (lambda *values: max(_numbers(values)), 1, 100),
    "min": (lambda *values: min(_numbers(values)), 1, 100),
    "round": (_round, 1, 2),
    "sum": (_sum, 1, 100),
    **{name: (function, 2, 2) for name, function in _TIMED.items()},
}


def functions(clock: Clock) -> dict[str, Callable[..., Any]]:
    """Each function by its name, as it is called at `clock`."""
    plain = {name: function for name, (function, _, _) in FUNCTIONS.items()}
    return plain | {name: partial(function, clock) for name, function in _TIMED.items()}


def _exactly(calculate: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Decimal]:
    return lambda left, right: calculate(_number(left), _number(right))


def _divide(left: Any, right: Any) -> Decimal:
    divisor = _number(right)
    if not divisor:
        raise FormulaError(f"{excerpt(left)} cannot be divided by zero; if_else(divisor > 0, …, 0) avoids it.")
    return EXACT.divide(_number(left), divisor)


def _modulo(left: Any, right: Any) -> Decimal:
    if not _number(right):
        raise FormulaError(f"{excerpt(left)} cannot be divided by zero.")
    return EXACT.remainder(_number(left), _number(right))


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _exactly(EXACT.add),
    ast.Sub: _exactly(EXACT.subtract),
    ast.Mult: _exactly(EXACT.multiply),
    ast.Div: _divide,
    ast.Mod: _modulo,
    ast.USub: lambda value: -_number(value),
    ast.UAdd: _number,
    ast.Not: lambda value: not value,
    ast.Eq: equals,
    ast.NotEq: lambda left, right: not equals(left, right),
}
COMPARISONS: dict[type[ast.AST], Callable[[int], bool]] = {
    ast.Lt: lambda sign: sign < 0,
    ast.LtE: lambda sign: sign <= 0,
    ast.Gt: lambda sign: sign > 0,
    ast.GtE: lambda sign: sign >= 0,
}


def ordered(accept: Callable[[int], bool], clock: Clock) -> Callable[[Any, Any], bool]:
    """A comparison that refuses what cannot be compared."""

    def compare(left: Any, right: Any) -> bool:
        sign = order(left, right, clock.zone)
        if sign is None:
            raise FormulaError(f"{excerpt(left)} cannot be compared with {excerpt(right)}.")
        return accept(sign)

    return compare
