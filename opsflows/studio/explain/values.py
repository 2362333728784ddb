"""Values to try for a field, so that a comparison with it comes out one way or the other. Whether they do is tested."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from opsflows.rules import MISSING, Clock, RuleError, lookup
from opsflows.rules.compare import as_moment, as_number
from opsflows.rules.conditions.leaf import PREVIOUS
from opsflows.rules.conditions.operators import to_moment
from opsflows.rules.conditions.tree import Leaf, Reference
from opsflows.rules.text import to_text
from opsflows.rules.variables import ClockScope
from opsflows.studio.explain.sample_text import sample_text

#: Of a list, so many of its items are tried.
MOST_ITEMS = 1000
_ANYTHING = ("something", 1, True, "", None, 0, False, MISSING)
_SECOND, _DAY = datetime.timedelta(seconds=1), datetime.timedelta(days=1)


def values_for(leaves: Sequence[Leaf], seen: Any, scope: Mapping[str, Any], clock: Clock) -> list[Any]:
    """Values for the one field that all of `leaves` look at, the nearest to what it is first; `MISSING` for none."""
    expected = [(leaf, _expected(leaf, scope, clock)) for leaf in leaves]
    limits = [limit for leaf, value in expected for limit in _limits(leaf, value, clock)]
    found = [value for leaf, value in expected for value in _of(leaf, value, seen)]
    found += _around(limits, clock)
    found += _ANYTHING
    return sorted(_distinct(found), key=lambda value: _distance(value, seen, clock))


def _expected(leaf: Leaf, scope: Mapping[str, Any], clock: Clock) -> Any:
    if leaf.operator.against_previous:
        before = scope.get(PREVIOUS)
        return lookup(before, leaf.field) if isinstance(before, Mapping) else MISSING
    if isinstance(leaf.expected, Reference):
        return lookup(ClockScope(scope, clock), leaf.expected.path)
    return leaf.expected


def _of(leaf: Leaf, expected: Any, seen: Any) -> Iterator[Any]:
    """What the operator alone suggests, to hold or to fail."""
    text = seen if isinstance(seen, str) else ""
    match leaf.operator.name:
        case "in" | "not_in" if isinstance(expected, list):
            yield from expected[:MOST_ITEMS]
            yield from (value for item in expected[:2] for value in _other_than(item))
        case "contains" | "not_contains":
            yield from _holding(expected, seen)
        case "starts_with":
            yield from (to_text(expected) + text, to_text(expected))
        case "ends_with":
            # ada@here.example would have had to be ada@there.example.
            ending = to_text(expected)
            yield text.partition(ending[:1])[0] + ending
            yield from (text + to_text(expected), to_text(expected))
        case "matches" | "not_matches":
            sample = sample_text(expected) if isinstance(expected, str) else None
            yield from () if sample is None else (sample, text + sample, sample + text)
        case "is_empty" | "is_not_empty":
            yield from ([],) if isinstance(seen, list) else ({},) if isinstance(seen, Mapping) else ("",)
        case "is_true" | "is_false":
            yield from (True, False)
        case _ if expected is not MISSING:
            yield expected
            yield from _other_than(expected)


def _holding(expected: Any, seen: Any) -> Iterator[Any]:
    if isinstance(seen, list):
        yield [*seen, expected]
        yield [item for item in seen if to_text(item).casefold() != to_text(expected).casefold()]
    wanted = to_text(expected)
    if isinstance(seen, str):
        yield f"{seen} {wanted}".strip()
        start = seen.casefold().find(wanted.casefold())
        yield seen[:start] + seen[start + len(wanted) :] if start >= 0 else seen
    yield wanted


def _other_than(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield f"{value}-other"
    elif (number := as_number(value)) is not None:
        yield from (number + 1, number - 1)


def _limits(leaf: Leaf, expected: Any, clock: Clock) -> Iterator[int | Decimal | datetime.date]:
    """The numbers and moments at which the comparison turns."""
    if leaf.operator.name in ("before", "after"):
        try:
            moment = to_moment(expected, clock) if expected is not MISSING else None
        except RuleError:
            moment = None
        if moment is not None:
            yield moment
        return
    for each in expected[:MOST_ITEMS] if isinstance(expected, list) else [expected]:
        number = as_number(each)
        limit = as_moment(each, clock.zone) if number is None else number
        if limit is not None:
            yield limit


def _around(limits: Sequence[Any], clock: Clock) -> Iterator[Any]:
    """Each limit, what is right beside it, and what lies between two."""
    numbers = sorted({each for each in limits if not isinstance(each, datetime.date)})
    for number in numbers:
        step = _step(number)
        yield from (_plain(number), _plain(number + step), _plain(number - step))
    yield from (_plain(Decimal(low + high) / 2) for low, high in pairwise(numbers))
    for moment in (each for each in limits if isinstance(each, datetime.date)):
        step_in_time = _SECOND if isinstance(moment, datetime.datetime) else _DAY
        yield moment.isoformat()
        for shift in (step_in_time, -step_in_time, _DAY, -_DAY):
            try:
                yield (moment + shift).isoformat()
            except OverflowError:
                continue
    moments = sorted({_moment(each, clock) for each in limits if isinstance(each, datetime.date)})
    yield from ((low + (high - low) / 2).isoformat() for low, high in pairwise(moments))


def _step(number: int | Decimal) -> int | Decimal:
    exponent = number.as_tuple().exponent if isinstance(number, Decimal) else 0
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else 1


def _plain(number: int | Decimal) -> int | Decimal:
    return int(number) if isinstance(number, int) or number == number.to_integral_value() else number


def _moment(value: datetime.date, clock: Clock) -> datetime.datetime:
    if not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time(), clock.zone)
    try:
        return value.astimezone(clock.zone)
    except OverflowError:  # the first and the last hours that the calendar knows
        return value


def _distance(value: Any, seen: Any, clock: Clock) -> tuple[int, Decimal]:
    """How far a value is from what the field holds: of the same sort first, then the nearest, no field at all last."""
    if value is MISSING or value is None:
        return (3, Decimal(0)) if value is MISSING else (2, Decimal(0))
    number, was = as_number(value), as_number(seen)
    if number is not None and was is not None:
        return 0, abs(Decimal(number) - Decimal(was))
    then, moment = as_moment(seen, clock.zone), as_moment(value, clock.zone)
    if then is not None and moment is not None:
        return 0, Decimal(abs((_moment(then, clock) - _moment(moment, clock)).total_seconds()))
    is_alike = seen is MISSING or seen is None or type(value) is type(seen)
    return 0 if is_alike else 1, Decimal(0)


def _distinct(values: Sequence[Any]) -> list[Any]:
    found: dict[tuple[str, str], Any] = {}
    for value in values:
        found.setdefault((type(value).__name__, repr(value)), value)
    return list(found.values())
