"""When values are equal, and the keys under which an index finds them."""

from decimal import Decimal

import pytest
from hypothesis import given

from opsflows.rules import MISSING, compile_condition, equals, value_keys
from opsflows.rules.compare import as_number, order
from tests.rules.values import CLOCK, alike, json_values, scalars


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (100000, "100000"),
        ("12.50", Decimal("12.5")),
        (Decimal("1E+5"), 100000),
        (0.1, Decimal("0.1")),
        (True, "true"),
        ("FALSE", False),
        (None, None),
        ([1, "2"], ["1", 2]),
        ({"a": 1}, {"a": "1"}),
    ],
)
def test_equal(left: object, right: object) -> None:
    assert equals(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("007", "7"),
        ("1", "1.0"),
        (True, 1),
        (False, 0),
        (True, "1"),
        (None, ""),
        (None, MISSING),
        (MISSING, MISSING),
        ("aws", "AWS"),
        ([1], 1),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"b": 1}),
        (float("nan"), float("nan")),
        ("1e99999", Decimal(10) ** 999),
    ],
)
def test_not_equal(left: object, right: object) -> None:
    assert not equals(left, right)


@given(json_values, json_values)
def test_equality_is_symmetric(left: object, right: object) -> None:
    assert equals(left, right) == equals(right, left)


@given(json_values, json_values)
def test_equal_values_share_a_key(left: object, right: object) -> None:
    if equals(left, right):
        assert set(value_keys(left)) & set(value_keys(right))


@given(alike, alike)
def test_the_index_never_loses_a_match(seen: object, expected: object) -> None:
    condition = compile_condition([{"field": "f", "operator": "equals", "value": expected}])
    (equality,) = condition.equalities()
    if condition.matches({"f": seen}, CLOCK):
        assert equality.keys & set(value_keys(seen))


@given(scalars, scalars)
def test_order_is_antisymmetric(left: object, right: object) -> None:
    one, other = order(left, right, CLOCK.zone), order(right, left, CLOCK.zone)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one == -other


@pytest.mark.parametrize(
    "text", ["1,000", "$5", " 1", "1_000", "0x10", "NaN", "Infinity", "", "٣", "1e99999", "9" * 200]
)
def test_texts_that_are_no_numbers(text: str) -> None:
    assert as_number(text) is None


def test_missing_has_no_key() -> None:
    assert value_keys(MISSING) == ()
