"""Several sources become one, and what differed is told."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.values import json_values
from tests.runs.data.asking import done, failed, problems


def sources(*names: str, **rest: Any) -> list[dict[str, Any]]:
    return [{"name": name, "input": f"{{{{{name}}}}}", **rest} for name in names]


def test_a_customer_in_all_systems() -> None:
    """Patterns, 3: one system has no answer, and the others are merged all the same."""
    scope = {
        "hubspot": {"customer_id": "cust_12345", "name": "John Doe", "email": "john@acme.example"},
        "stripe": {"customer_id": "cust_12345", "plan": "Pro", "mrr": Decimal("99.00"), "email": "JOHN@acme.example"},
        "zendesk": None,
    }
    rows = [
        *sources("hubspot"),
        {"name": "stripe", "input": "{{stripe}}", "under": "subscription"},
        *sources("zendesk"),
    ]
    found = done("merge", scope, sources=rows)
    assert found["item"] == {**scope["hubspot"], "subscription": scope["stripe"]}  # type: ignore[dict-item]
    assert (found["absent"], found["conflicts"], found["conflict_count"]) == (["zendesk"], [], 0)
    assert "zendesk is not there" in failed("merge", scope, sources=[*rows[:2], *sources("zendesk", required=True)])


def test_the_newer_record_wins_field_by_field() -> None:
    """Patterns, 1."""
    scope = {
        "a": {"email": "x@y", "phone": "1", "modified": "2026-01-02T10:00:00Z", "city": "Bonn"},
        "b": {"email": "x@y", "phone": "2", "modified": "2026-01-02T12:00:00+01:00", "city": None},
    }
    found = done("merge", scope, sources=sources("a", "b"), default_rule="newest", newest_by="modified")
    assert found["item"] == {"email": "x@y", "phone": "2", "modified": scope["b"]["modified"], "city": "Bonn"}
    assert [(told["field"], told["winner"]) for told in found["conflicts"]] == [("phone", "b"), ("modified", "b")]
    assert found["conflicts"][0]["values"] == [{"source": "a", "value": "1"}, {"source": "b", "value": "2"}]


def test_duplicates_of_one_list() -> None:
    """Patterns, 8: nothing is lost, and what wins is said."""
    contacts = [
        {"email": "John@acme.example", "name": "J. Doe", "phone": None, "tags": ["a", "b"], "orders": 2},
        {"email": "jane@x", "name": "Jane"},
        {"email": "john@acme.example", "name": "John Doe", "phone": "+1", "tags": "c", "orders": "3"},
        {"name": "nobody"},
    ]
    rules = [
        {"field": "name", "rule": "longest"},
        {"field": "tags", "rule": "collect"},
        {"field": "orders", "rule": "sum"},
    ]
    found = done(
        "merge",
        {"crm": contacts},
        sources=sources("crm"),
        key=["email"],
        ignore_case=True,
        rules=rules,
        save_as="people",
    )
    assert found["items"] == [
        {"email": "John@acme.example", "name": "John Doe", "phone": "+1", "tags": ["a", "b", "c"], "orders": 5},
        {"email": "jane@x", "name": "Jane"},
    ]
    assert found["without_key"] == [{"source": "crm", "item": {"name": "nobody"}}]
    assert [(told["key"], told["field"]) for told in found["conflicts"]] == [
        (["John@acme.example"], "email"),
        (["John@acme.example"], "name"),
    ]


@pytest.mark.parametrize(
    ("rule", "expected", "winner"),
    [
        ({"rule": "not_empty"}, "5", "b"),
        ({"rule": "first"}, "", "a"),
        ({"rule": "last"}, 40, "c"),
        ({"rule": "longest"}, 40, "c"),
        ({"rule": "max"}, 40, "c"),
        ({"rule": "min"}, "5", "b"),
        ({"rule": "source", "source": "c"}, 40, "c"),
        ({"rule": "source", "source": "a"}, "5", "b"),
        ({"rule": "newest", "newest_by": "at"}, "5", "b"),
        ({"rule": "sum"}, 45, None),
        ({"rule": "collect"}, ["5", 40], None),
    ],
)
def test_rules(rule: dict[str, Any], expected: Any, winner: str | None) -> None:
    scope = {"a": {"v": ""}, "b": {"v": "5", "at": "2026-01-01"}, "c": {"v": 40}}
    found = done("merge", scope, sources=sources("a", "b", "c"), rules=[{"field": "v", **rule}])
    assert found["item"]["v"] == expected
    assert [told["winner"] for told in found["conflicts"]] == ([winner] if winner else [])


def test_numbers_and_texts_that_spell_them_are_no_conflict() -> None:
    scope = {"a": [{"id": 4711, "n": 1}], "b": [{"id": "4711", "n": "1"}]}
    found = done("merge", scope, sources=sources("a", "b"), key=["id"])
    assert (found["items"], found["conflict_count"]) == ([{"id": 4711, "n": 1}], 0)


def test_dates_have_a_latest() -> None:
    scope = {"a": {"v": "2026-01-01"}, "b": {"v": "2026-01-01T10:00:00Z"}}
    found = done("merge", scope, sources=sources("a", "b"), rules=[{"field": "v", "rule": "max"}])
    assert found["item"]["v"] == "2026-01-01T10:00:00Z"


def test_under_a_field_of_its_own_by_key() -> None:
    scope = {"a": [{"id": 1, "name": "x"}], "b": [{"id": "1", "plan": "Pro"}, {"id": 2, "plan": "Free"}]}
    rows = [*sources("a"), {"name": "b", "input": "{{b}}", "under": "billing.stripe"}]
    assert done("merge", scope, sources=rows, key=["id"])["items"] == [
        {"id": 1, "name": "x", "billing": {"stripe": {"id": "1", "plan": "Pro"}}},
        {"id": 2, "billing": {"stripe": {"id": 2, "plan": "Free"}}},
    ]


@given(st.lists(st.dictionaries(st.text(max_size=4), json_values, max_size=4), max_size=5))
def test_one_source_stays_as_it_is(items: list[dict[str, Any]]) -> None:
    keyed = [{**item, "id": index} for index, item in enumerate(items)]
    found = done("merge", {"a": keyed}, sources=sources("a"), key=["id"])
    assert (found["items"], found["conflict_count"]) == (keyed, 0)
    for item in items:
        assert done("merge", {"a": item}, sources=sources("a"))["item"] == item


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
)
def test_the_first_source_is_the_most_trusted(one: dict[str, int], other: dict[str, int]) -> None:
    found = done("merge", {"x": one, "y": other}, sources=sources("x", "y"))
    assert found["item"] == {**other, **one}
    assert found["conflict_count"] == sum(one[name] != other[name] for name in one.keys() & other.keys())


def test_why_it_fails() -> None:
    scope = {"a": {"v": "x"}, "b": {"v": 1}}
    for rule, why in (("max", '"x" of a'), ("sum", "no number to add")):
        assert why in failed("merge", scope, sources=sources("a", "b"), rules=[{"field": "v", "rule": rule}])
    assert "item 2 of a" in failed("merge", {"a": [{}, 3]}, sources=sources("a"))
    assert "must be a list" in failed("merge", {"a": "x"}, sources=sources("a"))
    assert "together" in failed(
        "merge", {"a": [{}] * 6000}, sources=[*sources("a"), {"name": "again", "input": "{{a}}"}]
    )


def test_problems_name_their_place() -> None:
    def places(**config: Any) -> set[str]:
        return set(problems("merge", **{"sources": sources("a"), **config}))

    assert places() == set()
    assert places(sources=[]) == {"sources"}
    assert places(sources=[*sources("a", "a"), {"name": "", "input": "x"}]) == {
        "sources[1].name", "sources[2].name", "sources[2].input",
    }  # fmt: skip
    assert places(key=["{{a}}"]) == {"key[0]"}
    assert places(default_rule="newest") == {"newest_by"}
    assert places(default_rule="source", source="b") == {"source"}
    assert places(rules=[{"field": "v", "rule": "newest"}]) == {"rules[0].newest_by"}
    assert places(rules=[{"field": "v", "rule": "newest"}], newest_by="at") == set()
    assert places(rules=[{"field": "v", "rule": "min"}, {"field": "v", "rule": "max"}]) == {"rules[1].field"}
    assert places(rules=[{"field": "v", "rule": "best"}]) == {"rules[0].rule"}
