"""The operators of a condition, one entry each: what it is called, what value it takes, and when it holds.

A new operator is a new entry in `OPERATORS`.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_boolean, as_moment, as_number, equals, is_empty, order, order_moments, value_keys
from opsflows.rules.conditions.checks import (
    check_between,
    check_date,
    check_list,
    check_ordered,
    check_pattern,
    check_text,
)
from opsflows.rules.dates import resolve_date
from opsflows.rules.errors import RuleError
from opsflows.rules.patterns import compile_pattern
from opsflows.rules.text import to_text

Test: TypeAlias = Callable[[Any, Clock], bool]


@dataclass(frozen=True)
class Operator:
    """One way to compare a field. `build` makes the test for a checked value; the test never sees a missing field."""

    name: str
    label: str  #: Reads after the field's name: "is greater than".
    build: Callable[[Any], Test] = lambda expected: lambda seen, clock: False
    check: Callable[[Any], str | None] = lambda expected: None  #: What is wrong with the value, if anything.
    takes_value: bool = True
    negated: bool = False  #: The opposite of what `build` says, on a missing field as well.
    when_missing: bool = False  #: What `build` would say about a missing field.
    ordering: bool = False  #: Whether a field can be there and still not be comparable.
    against_previous: bool = False  #: Compares with the same field in ``previous`` instead of a value.


def _equal_to(expected: Any) -> Test:
    if type(expected) is str:
        return lambda seen, clock: seen == expected if type(seen) is str else equals(seen, expected)
    return lambda seen, clock: equals(seen, expected)


def _one_of(expected: list[Any]) -> Test:
    keys = frozenset(key for item in expected for key in value_keys(item))

    def test(seen: Any, clock: Clock) -> bool:
        return not keys.isdisjoint(value_keys(seen)) and any(equals(seen, item) for item in expected)

    return test


def _ordered(accept: Callable[[int], bool]) -> Callable[[Any], Test]:
    def build(expected: Any) -> Test:
        number = as_number(expected)

        def test(seen: Any, clock: Clock) -> bool:
            if number is not None and (type(seen) is int or type(seen) is Decimal):
                return accept((seen > number) - (seen < number))
            result = order(seen, expected, clock.zone)
            return result is not None and accept(result)

        return test

    return build


def _between(expected: list[Any]) -> Test:
    low, high = expected

    def test(seen: Any, clock: Clock) -> bool:
        above, below = order(seen, low, clock.zone), order(seen, high, clock.zone)
        return above is not None and below is not None and above >= 0 >= below

    return test


def _on_side(side: int) -> Callable[[Any], Test]:
    def build(expected: Any) -> Test:
        def test(seen: Any, clock: Clock) -> bool:
            moment = as_moment(seen, clock.zone, numbers=True)
            try:
                limit = to_moment(expected, clock)
            except RuleError:
                return False
            return moment is not None and limit is not None and order_moments(moment, limit, clock.zone) == side

        return test

    return build


def to_moment(expected: Any, clock: Clock) -> datetime.date | None:
    """The date that the value of ``before`` or ``after`` means at `clock`."""
    return resolve_date(expected, clock) if isinstance(expected, str) else as_moment(expected, clock.zone, numbers=True)


def _on_text(accept: Callable[[str, str], bool]) -> Callable[[Any], Test]:
    def build(expected: Any) -> Test:
        wanted = to_text(expected).casefold()
        return lambda seen, clock: _has_text(seen) and accept(to_text(seen).casefold(), wanted)

    return build


def _contains(expected: Any) -> Test:
    within = _on_text(lambda text, wanted: wanted in text)(expected)

    def test(seen: Any, clock: Clock) -> bool:
        if isinstance(seen, list | tuple):
            return any(equals(item, expected) for item in seen)
        return within(seen, clock)

    return test


def _matches(expected: str) -> Test:
    pattern = compile_pattern(expected)
    return lambda seen, clock: _has_text(seen) and pattern.search(to_text(seen))


def _has_text(seen: Any) -> bool:
    return isinstance(seen, str) or as_number(seen) is not None


_ALL = (
    Operator("equals", "equals", _equal_to),
    Operator("not_equals", "does not equal", _equal_to, negated=True),
    Operator("greater_than", "is greater than", _ordered(lambda sign: sign > 0), check_ordered, ordering=True),
    Operator("less_than", "is less than", _ordered(lambda sign: sign < 0), check_ordered, ordering=True),
    Operator("greater_or_equal", "is at least", _ordered(lambda sign: sign >= 0), check_ordered, ordering=True),
    Operator("less_or_equal", "is at most", _ordered(lambda sign: sign <= 0), check_ordered, ordering=True),
    Operator("between", "is between", _between, check_between, ordering=True),
    Operator("contains", "contains", _contains, check_text),
    Operator("not_contains", "does not contain", _contains, check_text, negated=True),
    Operator("starts_with", "starts with", _on_text(str.startswith), check_text),
    Operator("ends_with", "ends with", _on_text(str.endswith), check_text),
    Operator("matches", "matches", _matches, check_pattern),
    Operator("not_matches", "does not match", _matches, check_pattern, negated=True),
    Operator("in", "is one of", _one_of, check_list),
    Operator("not_in", "is none of", _one_of, check_list, negated=True),
    Operator("before", "is before", _on_side(-1), check_date, ordering=True),
    Operator("after", "is after", _on_side(1), check_date, ordering=True),
    Operator(
        "is_empty",
        "is empty",
        lambda expected: lambda seen, clock: is_empty(seen),
        takes_value=False,
        when_missing=True,
    ),
    Operator(
        "is_not_empty",
        "is not empty",
        lambda expected: lambda seen, clock: is_empty(seen),
        takes_value=False,
        when_missing=True,
        negated=True,
    ),
    Operator("is_true", "is true", lambda expected: lambda seen, clock: as_boolean(seen) is True, takes_value=False),
    Operator("is_false", "is false", lambda expected: lambda seen, clock: as_boolean(seen) is False, takes_value=False),
    Operator("changed", "changed", takes_value=False, against_previous=True),
)

OPERATORS: dict[str, Operator] = {operator.name: operator for operator in _ALL}

#: What people write instead, so that the message can name the operator they mean.
SYNONYMS: dict[str, str] = {
    "=": "equals", "==": "equals", "eq": "equals", "is": "equals", "equal": "equals", "exact": "equals",
    "!=": "not_equals", "<>": "not_equals", "ne": "not_equals", "neq": "not_equals", "is_not": "not_equals",
    ">": "greater_than", "gt": "greater_than", "more_than": "greater_than",
    "<": "less_than", "lt": "less_than", "fewer_than": "less_than",
    ">=": "greater_or_equal", "gte": "greater_or_equal", "at_least": "greater_or_equal",
    "<=": "less_or_equal", "lte": "less_or_equal", "at_most": "less_or_equal",
    "like": "contains", "includes": "contains", "regex": "matches", "regexp": "matches",
    "any_of": "in", "one_of": "in", "none_of": "not_in", "segment": "in_segment", "on_list": "in_list",
    "exists": "is_not_empty", "is_set": "is_not_empty", "is_null": "is_empty", "not_exists": "is_empty",
}  # fmt: skip
