"""Why a condition holds or not, and what an index may rely on."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opsflows.jsontext import dump_json
from opsflows.rules import Clock, compile_condition, lookup, value_keys
from tests.rules.values import CLOCK, json_values

TREE: dict[str, Any] = {
    "rules": [
        {"field": "value", "operator": "greater_than", "value": 100000},
        {"field": "customer.vendor", "operator": "equals", "value": "aws"},
        {"logic": "OR", "rules": [{"field": "note", "operator": "contains", "value": "refund"}]},
    ]
}


def test_each_leaf_tells_what_it_saw(clock: Clock) -> None:
    explained = compile_condition(TREE).explain({"value": "a lot", "note": "Refund!"}, clock)
    value, vendor, group = explained.children
    assert not explained.truth
    assert value.sentence == 'value is greater than 100000: no, "a lot" cannot be compared with 100000.'
    assert (value.seen, value.missing, value.truth) == ("a lot", False, False)
    assert vendor.sentence == 'customer.vendor equals "aws": no, the event has no customer.vendor.'
    assert vendor.missing
    assert group.children[0].truth


def test_a_reference_is_explained_with_the_other_fields_value(clock: Clock) -> None:
    condition = compile_condition({"field": "value", "operator": "less_than", "value": "{{limit}}"})
    assert condition.explain({"value": 5, "limit": 9}, clock).expected == 9
    assert "is not in the event" in condition.explain({"value": 5}, clock).sentence


def test_it_is_json_and_stays_small(clock: Clock) -> None:
    leaf = {"field": "body", "operator": "is_empty"}
    shown = compile_condition([leaf, *TREE["rules"]]).explain({"body": ["x" * 1000] * 1000}, clock).as_json()
    assert len(dump_json(shown)) < 3000
    assert json.loads(dump_json(shown))["logic"] == "AND"


leaves = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["a", "b", "a.b", "a.0"]),
        "operator": st.sampled_from(["equals", "not_equals"]),
        "value": json_values.filter(lambda value: "{{" not in str(value)),
    }
) | st.fixed_dictionaries(
    {
        "field": st.sampled_from(["a", "b"]),
        "operator": st.sampled_from(["is_empty", "is_not_empty", "is_true", "is_false", "changed"]),
    }
)
trees = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {"logic": st.sampled_from(["AND", "OR", "NOT"]), "rules": st.lists(inner, min_size=1, max_size=3)}
    ),
    max_leaves=6,
)
scopes = st.dictionaries(st.sampled_from(["a", "b", "previous"]), json_values, max_size=3)


@given(trees, scopes)
def test_the_explanation_agrees_with_the_decision(tree: dict[str, Any], scope: dict[str, Any]) -> None:
    condition = compile_condition(tree)
    explained = condition.explain(scope, CLOCK)
    assert explained.truth == condition.matches(scope, CLOCK)
    assert isinstance(explained.as_json(), dict)


@given(trees, scopes)
def test_whatever_holds_is_found_by_every_equality(tree: dict[str, Any], scope: dict[str, Any]) -> None:
    condition = compile_condition(tree)
    if condition.matches(scope, CLOCK):
        for equality in condition.equalities():
            assert equality.keys & set(value_keys(lookup(scope, equality.path)))


def test_only_what_must_hold_is_an_equality() -> None:
    tree = {
        "rules": [
            {"field": "vendor", "operator": "in", "value": ["aws", "azure"]},
            {"field": "active", "operator": "is_true"},
            {"field": "other", "operator": "equals", "value": "{{vendor}}"},
            {"field": "stage", "operator": "not_equals", "value": "won"},
            {"rules": [{"field": "tier", "operator": "equals", "value": 1}]},
            {"logic": "OR", "rules": [{"field": f, "operator": "equals", "value": 1} for f in "xy"]},
            {"logic": "NOT", "rules": [{"field": "z", "operator": "equals", "value": 1}]},
        ]
    }
    assert [equality.path for equality in compile_condition(tree).equalities()] == ["vendor", "active", "tier"]
