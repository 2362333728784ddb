"""One figure out of many: sum, average, median and their like, exact."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from opsflows.rules.arithmetic import EXACT, rounded, to_decimal
from opsflows.rules.compare import is_empty
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.comparing import identity, shown
from opsflows.runs.steps.data.limits import DataError
from opsflows.runs.steps.data.paths import Reader

Function: TypeAlias = Literal[
    "count",
    "sum",
    "average",
    "min",
    "max",
    "median",
    "standard_deviation",
    "standard_deviation_of_all",
]


def figure(items: Sequence[Any], function: Function, read: Reader, *, name: str, digits: int | None) -> Any:
    """The figure over what `read` finds in each item, what is empty left out; None where nothing is left.

    Raises:
        DataError: a value is no number; the message begins with `name`.
    """
    found = [(position, value) for position, item in enumerate(items) if not is_empty(value := read(item))]
    if function == "count":
        return len(found)
    numbers = [_number(value, position, name) for position, value in found]
    result = Decimal(0) if function == "sum" and not numbers else _FUNCTIONS[function](numbers) if numbers else None
    return result if result is None or digits is None else rounded(result, digits)


def grouped(items: Sequence[Any], by: Reader) -> list[tuple[Any, list[Any]]]:
    """The items in groups of the same value, in the order in which the values first come; null is a group, too."""
    groups: dict[Any, tuple[Any, list[Any]]] = {}
    for item in items:
        value = by(item)
        key = identity(value)
        groups.setdefault(key, (None if key is None else shown(value), []))[1].append(item)
    return list(groups.values())


def _number(value: Any, position: int, name: str) -> Decimal:
    number = to_decimal(value)
    if number is None:
        raise DataError(f"{name}: item {position + 1} has {excerpt(value)}, which is no number.")
    return number


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    return total


def _average(numbers: Sequence[Decimal]) -> Decimal:
    return EXACT.divide(_sum(numbers), Decimal(len(numbers)))


def _median(numbers: Sequence[Decimal]) -> Decimal:
    ordered, middle = sorted(numbers), len(numbers) // 2
    return ordered[middle] if len(ordered) % 2 else _average(ordered[middle - 1 : middle + 1])


def _squares(numbers: Sequence[Decimal]) -> Decimal:
    """The sum of the squared distances from the average."""
    average = _average(numbers)
    return _sum([EXACT.multiply(distance, distance) for distance in (EXACT.subtract(n, average) for n in numbers)])


def _of_sample(numbers: Sequence[Decimal]) -> Decimal | None:
    """One number alone says nothing about how far others lie."""
    return EXACT.sqrt(EXACT.divide(_squares(numbers), Decimal(len(numbers) - 1))) if len(numbers) > 1 else None


def _of_all(numbers: Sequence[Decimal]) -> Decimal:
    return EXACT.sqrt(EXACT.divide(_squares(numbers), Decimal(len(numbers))))


_FUNCTIONS: dict[str, Callable[[Sequence[Decimal]], Decimal | None]] = {
    "sum": _sum,
    "average": _average,
    "min": min,
    "max": max,
    "median": _median,
    "standard_deviation": _of_sample,
    "standard_deviation_of_all": _of_all,
}
