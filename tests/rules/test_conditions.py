"""What each operator means."""

from decimal import Decimal
from typing import Any

import pytest

from opsflows.rules import Clock, compile_condition

EVENT: dict[str, Any] = {
    "value": 150000,
    "amount": "99.50",
    "vendor": "aws",
    "tags": ["vip", 7],
    "note": "Please Refund me",
    "empty": "",
    "nothing": None,
    "zero": 0,
    "active": True,
    "flag": "false",
    "code": "007",
    "due": "2026-03-25",
    "at": "2026-03-20T22:30:00Z",
    "created": 1773963000,
    "customer": {"limit": 100000},
    "allowed": ["aws", "azure"],
    "previous": {"vendor": "gcp", "value": "150000", "nothing": None},
}


def holds(clock: Clock, field: str, operator: str, value: Any = None) -> bool:
    leaf = {"field": field, "operator": operator} | ({} if value is None else {"value": value})
    return compile_condition(leaf).matches(EVENT, clock)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("value", "equals", "150000"),
        ("vendor", "not_equals", "AWS"),
        ("absent", "not_equals", "x"),
        ("value", "greater_than", 100000),
        ("amount", "less_than", Decimal("99.51")),
        ("value", "greater_or_equal", 150000),
        ("value", "less_or_equal", "150000"),
        ("value", "greater_than", "{{customer.limit}}"),
        ("value", "between", [100000, 150000]),
        ("due", "between", ["2026-03-01", "2026-03-25"]),
        ("due", "greater_than", "2026-03-24"),
        ("note", "contains", "refund"),
        ("tags", "contains", "vip"),
        ("tags", "contains", "7"),
        ("value", "contains", "500"),
        ("tags", "not_contains", "vi"),
        ("absent", "not_contains", "x"),
        ("note", "starts_with", "please"),
        ("note", "ends_with", " ME"),
        ("code", "matches", r"^\d{3}$"),
        ("absent", "not_matches", "x"),
        ("vendor", "in", ["aws", "azure"]),
        ("vendor", "in", "{{allowed}}"),
        ("absent", "not_in", ["aws"]),
        ("empty", "is_empty", None),
        ("nothing", "is_empty", None),
        ("absent", "is_empty", None),
        ("zero", "is_not_empty", None),
        ("active", "is_true", None),
        ("flag", "is_false", None),
        ("due", "after", "today"),
        ("due", "before", "+7 days"),
        ("due", "before", "end_of_month"),
        ("created", "before", "now"),
        ("at", "after", "2026-03-20T23:00:00+01:00"),
        ("vendor", "changed", None),
        ("due", "changed", None),
    ],
)
def test_holds(clock: Clock, field: str, operator: str, value: Any) -> None:
    assert holds(clock, field, operator, value)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("code", "equals", "7"),
        ("active", "equals", 1),
        ("absent", "equals", "x"),
        ("absent", "greater_than", 0),
        ("absent", "less_than", 0),
        ("vendor", "greater_than", 0),
        ("active", "greater_than", 0),
        ("value", "greater_than", "2026-01-01"),
        ("value", "greater_than", "{{absent}}"),
        ("value", "between", [150001, 200000]),
        ("nothing", "contains", "x"),
        ("customer", "contains", "limit"),
        ("note", "matches", "refund"),
        ("absent", "in", ["x"]),
        ("vendor", "in", "{{value}}"),
        ("absent", "is_not_empty", None),
        ("absent", "is_false", None),
        ("zero", "is_false", None),
        ("vendor", "before", "today"),
        ("due", "after", "2026-03-25"),
        ("value", "changed", None),
        ("nothing", "changed", None),
    ],
)
def test_does_not_hold(clock: Clock, field: str, operator: str, value: Any) -> None:
    assert not holds(clock, field, operator, value)


def test_a_day_is_one_of_the_accounts_zone(clock: Clock) -> None:
    # 23:30 in Berlin is still Friday; half an hour later it would be Saturday, though in UTC both are Friday.
    assert not holds(clock, "at", "after", "today")
    late = compile_condition({"field": "at", "operator": "after", "value": "today"})
    assert late.matches({"at": "2026-03-20T23:30:00Z"}, clock)
    assert not late.matches({"at": "2026-03-20T23:30:00"}, clock)


def test_changed_needs_a_previous_value(clock: Clock) -> None:
    condition = compile_condition({"field": "stage", "operator": "changed"})
    assert not condition.matches({"stage": "won"}, clock)
    assert condition.matches({"stage": "won", "previous": {}}, clock)
    assert condition.explain({"stage": "won"}, clock).missing


def leaf(truth: bool) -> dict[str, Any]:
    return {"field": "value", "operator": "is_not_empty" if truth else "is_empty"}


@pytest.mark.parametrize("members", ["rules", "conditions"])
@pytest.mark.parametrize(
    ("logic", "leaves", "expected"),
    [
        ("AND", [True, True], True),
        ("and", [True, False], False),
        ("OR", [False, True], True),
        ("or", [False, False], False),
        ("NOT", [True, True], False),
        ("NOT", [True, False], True),
        ("NOT", [True], False),
        (None, [True, False], False),
    ],
)
def test_groups(clock: Clock, members: str, logic: str | None, leaves: list[bool], expected: bool) -> None:
    tree = {members: [leaf(truth) for truth in leaves]} | ({"logic": logic} if logic else {})
    condition = compile_condition(tree)
    assert condition.matches(EVENT, clock) is expected
    assert condition.explain(EVENT, clock).truth is expected


@pytest.mark.parametrize("tree", [None, {}, [], {"rules": []}, {"logic": "AND"}])
def test_no_condition_always_holds(clock: Clock, tree: object) -> None:
    assert compile_condition(tree).matches({}, clock)


def test_groups_nest(clock: Clock) -> None:
    tree = {"logic": "OR", "rules": [leaf(False), {"logic": "NOT", "conditions": [leaf(False), [leaf(True)]]}]}
    assert compile_condition(tree).matches(EVENT, clock)


def test_the_condition_of_rules(clock: Clock) -> None:
    tree = {
        "conditions": [
            {"field": "value", "operator": "greater_than", "value": 100000},
            {"field": "vendor", "operator": "equals", "value": "aws"},
        ],
        "logic": "AND",
    }
    condition = compile_condition(tree)
    assert condition.matches({"value": 150000, "vendor": "aws"}, clock)
    assert not condition.matches({"value": 100000, "vendor": "aws"}, clock)
