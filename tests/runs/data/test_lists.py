"""Filter, sort and take."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.values import scalars
from tests.runs.data.asking import ask, done, failed, problems

ORDERS = [
    {"id": 1, "status": "open", "amount": 50, "paid": 50},
    {"id": 2, "status": "done", "amount": 900, "paid": 100},
    {"id": 3, "amount": "120", "paid": 120},
]


def leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def ids(kind: str, scope: dict[str, Any], **config: Any) -> list[Any]:
    return [item["id"] for item in done(kind, scope, items="{{orders}}", **config)["items"]]


def test_what_is_kept_and_what_is_dropped() -> None:
    found = done("filter", {"orders": ORDERS}, items="{{orders}}", conditions=leaf("amount", "greater_than", 100))
    assert found == {"items": ORDERS[1:], "count": 2, "dropped": ORDERS[:1], "dropped_count": 1}


def test_a_field_is_the_items_own_whatever_the_event_has_by_that_name() -> None:
    scope = {"orders": ORDERS, "status": "open", "limit": 100}
    assert ids("filter", scope, conditions=leaf("status", "equals", "open")) == [1]
    assert ids("filter", scope, conditions=leaf("item.status", "equals", "open")) == [1]


def test_values_may_be_the_runs_or_the_items() -> None:
    scope = {"orders": ORDERS, "limit": 100, "amount": 1}
    assert ids("filter", scope, conditions=leaf("amount", "greater_than", "{{limit}}")) == [2, 3]
    groups = {
        "logic": "OR",
        "rules": [leaf("paid", "less_than", "{{item.amount}}"), {"rules": [leaf("id", "equals", 1)]}],
    }
    assert ids("filter", scope, conditions=groups) == [1, 2]


def test_a_list_of_plain_values() -> None:
    found = done("filter", {"n": [1, 5, 9]}, items="{{n}}", conditions=leaf("item", "between", [2, 9]))
    assert found["items"] == [5, 9]


def test_an_anti_condition_holds_where_the_field_is_missing() -> None:
    assert ids("filter", {"orders": ORDERS}, conditions=leaf("status", "not_equals", "open")) == [2, 3]


def test_the_result_can_be_named() -> None:
    outcome = ask("filter", {"orders": ORDERS}, items="{{orders}}", conditions=leaf("id", "equals", 2), save_as="big")
    assert outcome.variables == {"big": [ORDERS[1]]}  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [None, "a,b", {"a": 1}, 3])
def test_what_is_no_list(value: Any) -> None:
    config = {"items": "{{orders}}", "conditions": leaf("id", "equals", 1)}
    assert "items" in failed("filter", {"orders": value}, **config)
    if value is None:
        assert done("filter", {"orders": value}, **config, optional=True)["items"] == []
    else:
        assert "must be a list" in failed("filter", {"orders": value}, **config, optional=True)


def test_a_list_that_is_too_long() -> None:
    assert "at most 10,000" in failed("sort", {"orders": [1] * 10_001}, items="{{orders}}", by=[{"field": "item"}])


def test_an_answer_that_is_too_large() -> None:
    scope = {"orders": [{"text": "x" * 900_000}] * 9}
    assert "too large" in failed("sort", scope, items="{{orders}}", by=[{"field": "text"}])


@pytest.mark.parametrize("conditions", [{}, [], {"rules": []}, {"logic": "AND"}])
def test_a_filter_wants_a_condition(conditions: Any) -> None:
    assert "at least one" in problems("filter", items="{{a}}", conditions=conditions)["conditions"]


def test_problems_name_their_place() -> None:
    assert "one variable" in problems("filter", items="all of {{a}}", conditions=leaf("a", "is_empty"))["items"]
    assert "changed" in problems("filter", items="{{a}}", conditions=leaf("a", "changed"))["conditions"]
    assert "nodes[a1].config" not in str(problems("filter", items="{{a}}", conditions=leaf("a", "is_empty")))
    assert problems("sort", items="{{a}}", by=[{"field": "x"}, {"field": "{{y}}"}]).keys() == {"by[1].field"}
    assert problems("sort", items="{{a}}", by=[{"field": "x", "up": True}]).keys() == {"by[0].up"}
    assert problems("take", items="{{a}}", distinct_by=["a..b"]).keys() == {"distinct_by[0]"}
    assert problems("take", items="{{a}}", count="some").keys() == {"count"}
    assert problems("take", items="{{a}}", which="all").keys() == {"which"}
    assert problems("take", items="{{a}}", save_as="steps").keys() == {"save_as"}
    assert problems("take", items="{{a}}", save_as="my list").keys() == {"save_as"}
    assert problems("take", items="{{a}}", count="{{n}}", save_as="firsts") == {}


def test_order_by_several_fields() -> None:
    rows = [
        {"id": 1, "name": "b", "n": "10"},
        {"id": 2, "name": "a", "n": 9},
        {"id": 3, "n": 9},
        {"id": 4, "name": "É", "n": 9},
        {"id": 5, "name": "f", "n": ""},
    ]
    by = [{"field": "n", "order": "descending"}, {"field": "name"}]
    assert ids("sort", {"orders": rows}, by=by) == [1, 2, 4, 3, 5]
    assert ids("sort", {"orders": rows}, by=[{"field": "name", "order": "descending"}]) == [5, 4, 1, 2, 3]


def test_dates_are_ordered_by_their_moment() -> None:
    rows = [
        {"id": 1, "at": "2026-01-02T00:30:00+02:00"},
        {"id": 2, "at": "2026-01-01T23:00:00Z"},
        {"id": 3, "at": "2026-01-01"},
        {"id": 4, "at": "soon"},
    ]
    assert ids("sort", {"orders": rows}, by=[{"field": "at"}]) == [3, 1, 2, 4]
    assert ids("sort", {"orders": rows}, by=[{"field": "at", "compare_as": "date", "order": "descending"}]) == [
        2,
        1,
        3,
        4,
    ]


@given(st.lists(scalars, max_size=12), st.sampled_from(["ascending", "descending"]))
def test_sorting_loses_nothing_is_stable_and_settles(values: list[Any], order: str) -> None:
    items = [{"id": index, "v": value} for index, value in enumerate(values)]
    by = [{"field": "v", "order": order}]
    first = done("sort", {"orders": items}, items="{{orders}}", by=by)["items"]
    assert sorted(item["id"] for item in first) == list(range(len(items)))
    assert done("sort", {"orders": first}, items="{{orders}}", by=by)["items"] == first
    backwards = done("sort", {"orders": items[::-1]}, items="{{orders}}", by=by)["items"]
    # The order depends on the values alone; only those that are equal stand as they came.
    assert [item["id"] for item in backwards if item["v"] is None] == [
        item["id"] for item in reversed(first) if item["v"] is None
    ]
    numbers = [item["v"] for item in first if type(item["v"]) in (int, Decimal)]
    assert numbers == sorted(numbers, reverse=order == "descending")
    equal = [item["id"] for item in first if item["v"] == 1 and type(item["v"]) is int]
    assert equal == sorted(equal)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"which": "first", "count": 2}, [1, 2]),
        ({"which": "last", "count": 2}, [2, 3]),
        ({"which": "last", "count": 0}, []),
        ({"which": "page", "count": 2, "page": 2}, [3]),
        ({"which": "page", "count": "{{size}}", "page": "{{page}}"}, [2]),
        ({"which": "page", "count": 2, "page": 3}, []),
        ({"count": 50}, [1, 2, 3]),
    ],
)
def test_part_of_a_list(config: dict[str, Any], expected: list[int]) -> None:
    assert ids("take", {"orders": ORDERS, "size": 1, "page": "2"}, **config) == expected


def test_a_page_says_where_it_stands() -> None:
    found = done("take", {"orders": ORDERS}, items="{{orders}}", which="page", count=2)
    assert {key: found[key] for key in ("count", "total", "page", "pages", "has_more")} == {
        "count": 2,
        "total": 3,
        "page": 1,
        "pages": 2,
        "has_more": True,
    }


@pytest.mark.parametrize("count", ["many", "-1", 1.5])
def test_a_count_that_is_none(count: Any) -> None:
    assert "whole number" in failed("take", {"o": [1], "n": count}, items="{{o}}", count="{{n}}")


def test_each_only_once() -> None:
    rows = [{"id": 4711, "m": "A@x"}, {"id": "4711", "m": "a@x"}, {"id": "04711"}, {"m": "a@x"}, {"m": None}]
    config = {"items": "{{rows}}", "which": "all"}
    found = done("take", {"rows": rows}, **config, distinct_by=["id"])
    assert (found["items"], found["duplicates"]) == ([rows[0], *rows[2:]], 1)
    assert done("take", {"rows": rows}, **config, distinct_by=["m"], ignore_case=True)["items"] == [
        rows[0],
        rows[2],
        rows[4],
    ]
    assert done("take", {"rows": rows}, **config, distinct_by=["id", "m"])["items"] == rows
