"""Proofs about conditions: right where they speak, for whatever event; and able to speak of what people write."""

import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsflows.rules import compile_condition
from opsflows.rules.clock import Clock
from opsflows.rules.conditions.tree import parse_tree
from opsflows.rules.errors import RuleError
from opsflows.studio.conflicts.satisfiable import cannot_hold, implies
from opsflows.studio.conflicts.witness import witness

CLOCK = Clock(datetime.datetime(2026, 3, 5, 12, 0, tzinfo=datetime.UTC), ZoneInfo("Europe/Berlin"))

CLOCKS = [CLOCK, Clock(datetime.datetime(2027, 10, 31, 0, 30, tzinfo=datetime.UTC), ZoneInfo("Pacific/Kiritimati"))]

SCALARS: list[Any] = [
    0, 1, 5, 10, Decimal("5.5"), -3, "5", "5.0", "05", "1e1", "", "gold", "Gold", "GOLD-1", "golden", "old", "x",
    "true", "TRUE", "false", True, False, "2026-03-05", "2026-03-06", "2026-03-05T10:00:00Z", "2026-03-06T00:30:00",
    "2025-01-01", 1772700000, "1772700000", "2026-03-04", "2026-03-07T08:00:00Z", "2026-03-05T12:30:00Z", "2026-03-12",
    "2026-03-05T11:45:00Z", 1772700000000, 200_000_000_000, 90_000_000_000,
]  # fmt: skip
values = st.sampled_from(SCALARS)
seen = st.one_of(values, st.none(), st.lists(values, max_size=2), st.just({}), st.fixed_dictionaries({"k": values}))
fields = st.sampled_from(["a", "b", "c.d"])
TAKING = ["equals", "not_equals", "greater_than", "less_than", "greater_or_equal", "less_or_equal", "contains",
          "not_contains", "starts_with", "ends_with", "before", "after"]  # fmt: skip
BARE = ["is_empty", "is_not_empty", "is_true", "is_false", "changed"]


def leaf(field: str, operator: str, *value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({"value": value[0]} if value else {})}


RELATIVE = ["today", "+1 day", "-1 day", "yesterday", "tomorrow", "now", "+2 hours", "-30 minutes", "now +1 day",
            "+24 hours", "today +20 hours", "+1 week", "-1 month", "end_of_month", "+1 business day", "2026-03-05",
            "2025-01-01", "2026-03-05 +1 day"]  # fmt: skip
ORDERING = ["equals", "not_equals", "greater_than", "less_than", "greater_or_equal", "less_or_equal", "before", "after"]


leaves = st.one_of(
    st.builds(leaf, fields, st.sampled_from(TAKING), values),
    st.builds(leaf, fields, st.sampled_from(TAKING[:6]), st.sampled_from(["{{b}}", "{{c.d}}", "{{today}}"])),
    st.builds(leaf, fields, st.sampled_from(["in", "not_in"]), st.lists(values, min_size=1, max_size=3)),
    st.builds(leaf, fields, st.just("between"), st.lists(values, min_size=2, max_size=2)),
    st.builds(leaf, fields, st.sampled_from(["before", "after"]), st.sampled_from(RELATIVE)),
    st.builds(leaf, fields, st.sampled_from(ORDERING), st.sampled_from(["{{a}}", "{{b}}", "{{c.d}}"])),
    st.builds(leaf, fields, st.sampled_from(["matches", "not_matches"]), st.sampled_from(["^go", "ld$", "[0-9]+"])),
    st.builds(leaf, fields, st.sampled_from(BARE)),
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda logic, rules: {"logic": logic, "rules": rules},
        st.sampled_from(["AND", "AND", "OR", "NOT"]),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=8,
)
scopes = st.fixed_dictionaries(
    {},
    optional={
        "a": seen,
        "b": seen,
        "c": st.one_of(seen, st.fixed_dictionaries({"d": seen})),
        "previous": st.fixed_dictionaries({}, optional={"a": seen, "b": seen}),
    },
)


def parsed(tree: Any) -> Any:
    return parse_tree(tree, "conditions")


def readable(tree: Any) -> bool:
    try:
        parsed(tree)
    except RuleError:
        return False
    return True


@settings(max_examples=250, deadline=None)
@given(trees.filter(readable), st.lists(scopes, min_size=8, max_size=8))
def test_what_cannot_hold_never_holds(tree: Any, events: list[dict[str, Any]]) -> None:
    condition, node = compile_condition(tree), parsed(tree)
    for wanted in (True, False):
        if cannot_hold([(node, wanted)]):
            for clock in CLOCKS:
                assert [scope for scope in events if condition.matches(scope, clock) is wanted] == []


FULL = st.fixed_dictionaries({"a": values, "b": values})
PAIRED = st.builds(leaf, st.sampled_from(["a", "b"]), st.sampled_from(ORDERING), st.sampled_from(["{{a}}", "{{b}}"]))


@settings(max_examples=80, deadline=None)
@given(st.lists(PAIRED, min_size=2, max_size=3), st.lists(FULL, min_size=12, max_size=12))
def test_nor_where_two_fields_are_held_against_each_other(rules: Any, events: list[dict[str, Any]]) -> None:
    for logic in ("AND", "NOT"):
        tree = {"logic": logic, "rules": rules}
        condition = compile_condition(tree)
        if cannot_hold([(parsed(tree), True)]):
            found = [*events, {}, *({"a": value, "b": value} for value in SCALARS), {"a": 5}, {"b": "x"}]
            assert [scope for scope in found if condition.matches(scope, CLOCK)] == []


SHIFTS = [datetime.timedelta(days=days, hours=hours) for days in range(-3, 10) for hours in (-1, 0, 1, 12)]
NIGHTS = ["2026-03-28T22:30:00Z", "2026-03-29T00:30:00Z", "2026-10-24T21:30:00Z", "2026-10-25T00:30:00Z"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(RELATIVE), st.sampled_from(RELATIVE), st.sampled_from([*NIGHTS, "2026-03-05T12:00:00Z"]))
def test_nor_between_two_moments_of_the_clock(low: str, high: str, now: str) -> None:
    tree = {"logic": "AND", "rules": [leaf("a", "after", low), leaf("a", "before", high)]}
    condition = compile_condition(tree)
    if cannot_hold([(parsed(tree), True)]):
        clock = Clock(datetime.datetime.fromisoformat(now), ZoneInfo("Europe/Berlin"))
        moments = [clock.now + shift + datetime.timedelta(minutes=1) for shift in SHIFTS]
        texts = [each for moment in moments for each in (moment.isoformat(), moment.date().isoformat())]
        assert [text for text in texts if condition.matches({"a": text}, clock)] == []


conflicting = st.builds(lambda rules: {"logic": "AND", "rules": rules}, st.lists(leaves.map(
    lambda each: {**each, "field": "a"}), min_size=2, max_size=4)).filter(readable)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(conflicting, st.lists(seen, min_size=20, max_size=20))
def test_nor_where_much_is_said_of_one_field(tree: Any, found: list[Any]) -> None:
    condition = compile_condition(tree)
    if cannot_hold([(parsed(tree), True)]):
        every = [{}, *({"a": value} for value in [*found, *SCALARS, [], {}, None, ["gold"], [5]])]
        assert [scope for scope in every if condition.matches(scope, CLOCK)] == []


@settings(max_examples=150, deadline=None)
@given(trees.filter(readable), trees.filter(readable), st.lists(scopes, min_size=8, max_size=8))
def test_what_is_implied_holds_too(first: Any, then: Any, events: list[dict[str, Any]]) -> None:
    if implies([(parsed(first), True)], [(parsed(then), True)]):
        one, other = compile_condition(first), compile_condition(then)
        assert [scope for scope in events if one.matches(scope, CLOCK) and not other.matches(scope, CLOCK)] == []


@settings(max_examples=150, deadline=None)
@given(trees.filter(readable))
def test_a_witness_is_one(tree: Any) -> None:
    found = witness([(parsed(tree), True)], CLOCK)
    if found is not None:
        assert compile_condition(tree).matches(found, CLOCK)
        assert not cannot_hold([(parsed(tree), True)])


IMPOSSIBLE = [
    [leaf("v", "greater_than", 100), leaf("v", "less_than", 50)],
    [leaf("v", "greater_than", 100), leaf("v", "less_or_equal", 100)],
    [leaf("v", "equals", "aws"), leaf("v", "equals", "azure")],
    [leaf("v", "equals", 5), leaf("v", "greater_than", "7")],
    [leaf("v", "in", ["a", "b"]), leaf("v", "not_in", ["b", "a", "c"])],
    [leaf("v", "in", [1, 2, 3]), leaf("v", "between", [4, 9])],
    [leaf("v", "equals", "aws"), leaf("v", "not_equals", "aws")],
    [leaf("v", "is_empty"), leaf("v", "contains", "x")],
    [leaf("v", "is_true"), leaf("v", "is_false")],
    [leaf("v", "is_true"), leaf("v", "equals", "yes")],
    [leaf("v", "starts_with", "ab"), leaf("v", "starts_with", "AC")],
    [leaf("v", "equals", "gold"), leaf("v", "contains", "silver")],
    [leaf("v", "starts_with", "golden"), leaf("v", "not_contains", "gold"), leaf("v", "is_not_empty")],
    [leaf("v", "before", "2025-01-01"), leaf("v", "after", "2026-01-01")],
    [leaf("v", "greater_than", "2026-01-01"), leaf("v", "less_than", 5)],
    [leaf("v", "after", "today"), {"logic": "NOT", "rules": [leaf("v", "after", "today")]}],
    [leaf("v", "changed"), {"logic": "NOT", "rules": [leaf("v", "changed")]}],
    [leaf("v", "equals", "gold"), leaf("v", "matches", "^silver")],
    [leaf("v", "in", ["gold", "golden"]), leaf("v", "matches", "^[0-9]+$")],
    [leaf("v", "in", ["gold", "golden"]), leaf("v", "not_matches", "^go")],
    [leaf("v", "after", "today"), leaf("v", "before", "yesterday")],
    [leaf("v", "after", "today"), leaf("v", "before", "tomorrow")],
    [leaf("v", "after", "+7 days"), leaf("v", "before", "+1 week")],
    [leaf("v", "after", "now"), leaf("v", "before", "-2 hours")],
    [leaf("v", "after", "now"), leaf("v", "before", "-3 days")],
    [leaf("v", "after", "today"), leaf("v", "before", "2020-01-01")],
    [leaf("v", "after", "-1 month"), leaf("v", "equals", "2019-05-05")],
    [leaf("v", "after", "today"), leaf("v", "in", ["gold", "2019-05-05"])],
    [leaf("v", "greater_than", "{{w}}"), leaf("w", "greater_than", "{{v}}")],
    [leaf("v", "greater_than", "{{w}}"), leaf("w", "greater_or_equal", "{{v}}")],
    [leaf("v", "less_than", "{{w}}"), leaf("v", "greater_or_equal", "{{w}}")],
    [leaf("v", "before", "{{w}}"), leaf("w", "before", "{{v}}")],
    [leaf("v", "equals", "{{w}}"), leaf("w", "less_than", "{{v}}")],
    [leaf("v", "equals", "{{w}}"), leaf("w", "not_equals", "{{v}}")],
    [leaf("v", "greater_than", "{{v}}"), leaf("w", "is_not_empty")],
    [{"logic": "OR", "rules": [leaf("v", "equals", "a"), leaf("w", "is_empty")]}, leaf("v", "equals", "b"),
     leaf("w", "greater_than", 3)],
]  # fmt: skip


@pytest.mark.parametrize("rules", IMPOSSIBLE)
def test_what_people_write_by_mistake(rules: list[Any]) -> None:
    assert cannot_hold([(parsed({"logic": "AND", "rules": rules}), True)])


POSSIBLE = [
    [leaf("v", "equals", "5"), leaf("v", "equals", 5)],
    [leaf("v", "contains", "a"), leaf("v", "contains", "b")],
    [leaf("v", "greater_than", 1), leaf("v", "less_than", 2)],
    [leaf("v", "not_equals", "a"), leaf("v", "is_empty")],
    [leaf("v", "greater_than", "2026-01-01"), leaf("v", "less_than", "2026-02-01")],
    [leaf("v", "greater_than", 5), leaf("w", "less_than", "{{v}}")],
    [leaf("v", "after", "today"), leaf("v", "before", "+30 days")],
    [leaf("v", "equals", "golden"), leaf("v", "matches", "^go")],
    [leaf("email", "ends_with", "@acme.example"), leaf("email", "starts_with", "sales")],
    [leaf("stage", "changed"), leaf("stage", "equals", "won")],
    [{"logic": "NOT", "rules": [leaf("a", "equals", 1), leaf("b", "equals", 2)]}, leaf("a", "equals", 1)],
]


@pytest.mark.parametrize("rules", POSSIBLE)
def test_an_event_is_found(rules: list[Any]) -> None:
    tree = {"logic": "AND", "rules": rules}
    found = witness([(parsed(tree), True)], CLOCK)
    assert found is not None
    assert compile_condition(tree).matches(found, CLOCK)


NOT_RULED_OUT = [
    [leaf("v", "after", "+24 hours"), leaf("v", "before", "now +2 days")],
    [leaf("v", "after", "-1 day"), leaf("v", "before", "tomorrow")],
    [leaf("v", "before", "today"), leaf("v", "before", "2020-01-01")],
    [leaf("v", "equals", "1572700000"), leaf("v", "before", "today")],
    [leaf("v", "greater_or_equal", "{{w}}"), leaf("w", "greater_or_equal", "{{v}}"), leaf("w", "equals", 3)],
    # A night with a clock change has 25 hours.
    [leaf("v", "after", "+24 hours"), leaf("v", "before", "now +1 day")],
    [leaf("v", "greater_than", "{{w}}"), leaf("v", "before", "{{w}}")],
]


@pytest.mark.parametrize("rules", NOT_RULED_OUT)
def test_what_may_be_is_left_alone(rules: list[Any]) -> None:
    assert not cannot_hold([(parsed({"logic": "AND", "rules": rules}), True)])


def test_too_many_cases_are_not_looked_through() -> None:
    pairs = [{"logic": "OR", "rules": [leaf(f"f{n}", "equals", 1), leaf(f"g{n}", "equals", 1)]} for n in range(30)]
    impossible = [leaf("f", "greater_than", 1), {"logic": "NOT", "rules": [leaf("f", "greater_than", 0)]}]
    assert cannot_hold([(parsed({"rules": [*pairs, *impossible]}), True)])
    assert witness([(parsed({"rules": pairs}), True)], CLOCK) is not None
    hidden = [{"logic": "OR", "rules": [{"rules": impossible}, leaf("h", "equals", "{{g}}")]}, *pairs]
    assert not cannot_hold([(parsed({"rules": hidden}), True)])
