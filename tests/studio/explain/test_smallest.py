"""The smallest change of an event: it works, and nothing smaller does."""

import datetime
from itertools import combinations, product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.rules import MISSING, Clock, compile_condition
from opsflows.studio.explain.put import put
from opsflows.studio.explain.smallest import smallest_change, with_changes

CLOCK = Clock(datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC), ZoneInfo("Europe/Berlin"))


def leaf(field: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


def sentences(conditions: Any, scope: dict[str, Any]) -> list[str] | None:
    changes = smallest_change(conditions, scope, CLOCK)
    if changes is None:
        return None
    assert compile_condition(conditions).matches(with_changes(scope, changes), CLOCK)
    return [change.sentence for change in changes]


@pytest.mark.parametrize(
    ("conditions", "scope", "said"),
    [
        (
            leaf("value", "greater_than", 100_000),
            {"value": 80_000},
            "be greater than 100,000, for instance 100,001 (it was 80,000)",
        ),
        (leaf("value", "less_or_equal", 5), {"value": 80}, "be at most 5 (it was 80)"),
        (leaf("value", "between", [10, 20]), {"value": 80}, "be between 10 and 20, for instance 20 (it was 80)"),
        (leaf("value", "equals", "gold"), {}, "be “gold” (the event has no such field)"),
        (leaf("value", "not_equals", "x"), {"value": "x"}, "be anything but “x”, for instance “x-other” (it was “x”)"),
        (leaf("value", "in", ["DE", "FR"]), {"value": "US"}, "be one of “DE” or “FR”, for instance “DE” (it was “US”)"),
        (leaf("value", "not_in", ["DE"]), {"value": "DE"}, "be none of “DE”, for instance “DE-other” (it was “DE”)"),
        (leaf("value", "contains", "vip"), {"value": ["a"]}, 'contain “vip”, for instance ["a","vip"] (it was ["a"])'),
        (leaf("value", "starts_with", "ab"), {"value": "c"}, "start with “ab”, for instance “abc” (it was “c”)"),
        (
            leaf("value", "ends_with", "@a.io"),
            {"value": "x@b.io"},
            "end with “@a.io”, for instance “x@a.io” (it was “x@b.io”)",
        ),
        (
            leaf("value", "matches", r"^[a-c]+-\d{2}(x|y)?$"),
            {"value": 1},
            r"match “^[a-c]+-\d{2}(x|y)?$”, for instance “a-00” (it was 1)",
        ),
        (leaf("value", "is_empty"), {"value": "x"}, "be empty (it was “x”)"),
        (leaf("value", "is_true"), {"value": False}, "be true (it was false)"),
        (
            leaf("value", "before", "2026-01-01"),
            {"value": "2026-02-01"},
            "be before “2026-01-01”, for instance “2025-12-31” (it was “2026-02-01”)",
        ),
        (
            leaf("value", "after", "today"),
            {"value": "2026-11-20"},
            "be after “today”, for instance “2026-11-21” (it was “2026-11-20”)",
        ),
        (leaf("value", "changed"), {"value": 1, "previous": {"value": 1}}, "have changed, for instance 2 (it was 1)"),
        (leaf("value", "equals", "{{other}}"), {"value": 1, "other": "q"}, "be the field other (it was 1)"),
        (
            {"logic": "NOT", "rules": [leaf("value", "equals", 1)]},
            {"value": 1},
            "be anything but 1, for instance 2 (it was 1)",
        ),
    ],
)
def test_every_operator_has_a_value_that_works(conditions: Any, scope: dict[str, Any], said: str) -> None:
    assert sentences(conditions, scope) == [f"value would have had to {said}."]


def test_the_shorter_way_is_taken() -> None:
    either = {
        "logic": "OR",
        "rules": [{"rules": [leaf("a", "equals", 1), leaf("b", "equals", 2)]}, leaf("c", "equals", 3)],
    }
    assert [change.field for change in smallest_change(either, {}, CLOCK) or []] == ["c"]


def test_comparisons_of_one_field_are_met_together() -> None:
    between = [leaf("x", "greater_than", 5), leaf("x", "less_than", 6)]
    assert sentences(between, {"x": 1}) == ["x would have had to be greater than 5, for instance 5.5 (it was 1)."]


def test_a_contradiction_has_no_answer() -> None:
    assert smallest_change([leaf("x", "greater_than", 5), leaf("x", "less_than", 5)], {"x": 1}, CLOCK) is None
    assert smallest_change(leaf("x", "changed"), {"x": 1}, CLOCK) is None


def test_what_holds_needs_no_change() -> None:
    assert smallest_change(leaf("x", "equals", 1), {"x": 1}, CLOCK) == []


def test_facts_beside_the_event_are_not_changed() -> None:
    event = {"id": "1", "name": "deal.won", "source": "crm", "occurred_at": None}
    assert smallest_change(leaf("event.name", "equals", "deal.lost"), {"event": event}, CLOCK) is None


def test_secrets_are_not_told() -> None:
    (said,) = sentences(leaf("customer.api_key", "equals", "sk_live"), {"customer": {"api_key": "sk_test"}}) or []
    assert "sk_" not in said


def test_put_goes_where_lookup_reads() -> None:
    assert put({"a": [{"b": 1}]}, "a.0.b", 2) == {"a": [{"b": 2}]}
    assert put({"utm.source": 1}, "utm.source", 2) == {"utm.source": 2}
    assert put({"a": {"b": 1}}, "a.b", MISSING) == {"a": {}}
    assert put({"a": "text"}, "a.b", 1) is None


VALUES = (MISSING, 0, 1, 2, 3, "x", "y", "")
OPERATORS = (
    ("equals", 1),
    ("not_equals", 1),
    ("greater_than", 1),
    ("less_than", 2),
    ("in", [2, "x"]),
    ("not_in", [1, "x"]),
    ("contains", "x"),
    ("is_empty",),
    ("is_not_empty",),
    ("is_true",),
)


def trees(fields: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    leaves = st.builds(lambda field, operator: leaf(field, *operator), fields, st.sampled_from(OPERATORS))
    groups = lambda inner: st.builds(  # noqa: E731
        lambda logic, rules: {"logic": logic, "rules": rules},
        st.sampled_from(["AND", "OR", "NOT"]),
        st.lists(inner, min_size=1, max_size=3),
    )
    return st.recursive(leaves, groups, max_leaves=5)


@settings(max_examples=150, deadline=None)
@given(tree=trees(st.sampled_from("abc")), seen=st.tuples(*[st.sampled_from(VALUES)] * 3))
def test_no_smaller_change_would_do(tree: Any, seen: tuple[Any, ...]) -> None:
    """Over small trees, also where comparisons share a field: brute force finds nothing smaller, nor anything else."""
    scope = {field: value for field, value in zip("abc", seen, strict=True) if value is not MISSING}
    condition = compile_condition(tree)
    changes = smallest_change(tree, scope, CLOCK)
    least = fewest(condition, scope)
    if changes is None:
        assert least is None
        return
    assert condition.matches(with_changes(scope, changes), CLOCK)
    assert len({change.field for change in changes}) == len(changes)
    assert least is None or len(changes) <= least


def fewest(condition: Any, scope: dict[str, Any]) -> int | None:
    """How many fields have to take other values of a small world, by trying all; None where none of it does."""
    world = (MISSING, True, 0, 1, 2, 3, "x", "y", "")
    for count in range(4):
        for fields in combinations("abc", count):
            for values in product(world, repeat=count):
                changed = {**scope, **dict(zip(fields, values, strict=True))}
                if condition.matches({key: value for key, value in changed.items() if value is not MISSING}, CLOCK):
                    return count
    return None
