"""Segments and lists in conditions: put in before compiling, refused where nobody did, told in explanations."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.jsontext import dump_json
from opsflows.rules import Clock, RuleError, compile_condition
from opsflows.workflows.admin.sentence import in_words
from opsflows.workflows.entry_parts import parts_of
from opsflows.workflows.named_conditions import expand, left_open, names_in

CLOCK = Clock(datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo("UTC"))
LARGE = {"field": "employees", "operator": "greater_than", "value": 1000}
IN_EU = {"field": "country", "operator": "in_list", "value": "EU"}
ENTERPRISE = {"field": "", "operator": "in_segment", "value": "enterprise"}
REFERENCES: dict[str, Any] = {
    "segment": {
        "enterprise": {"conditions": {"logic": "AND", "rules": [LARGE, IN_EU]}},
        "nested": {"conditions": {"logic": "OR", "rules": [ENTERPRISE, {"field": "vip", "operator": "is_true"}]}},
        "circle": {"conditions": {"operator": "in_segment", "value": "circle"}},
        "wide": {"conditions": [LARGE] * 150},
    },
    "list": {"EU": {"values": ["DE", "FR"]}, "tiers": {"values": ["gold", "1"]}},
}


def put_in(tree: Any) -> Any:
    return expand(tree, REFERENCES, path="conditions")


def problems(tree: Any) -> list[str]:
    with pytest.raises(RuleError) as caught:
        compile_condition(tree)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("tree", "event", "holds"),
    [
        (ENTERPRISE, {"employees": 2000, "country": "DE"}, True),
        (ENTERPRISE, {"employees": 2000, "country": "CH"}, False),
        (ENTERPRISE, {"employees": 2000}, False),
        ({**ENTERPRISE, "operator": "not_in_segment"}, {"employees": 2000, "country": "CH"}, True),
        ({**ENTERPRISE, "operator": "not_in_segment"}, {"employees": 2000, "country": "DE"}, False),
        (IN_EU, {"country": "DE"}, True),
        (IN_EU, {"country": "de"}, False),
        ({**IN_EU, "operator": "not_in_list"}, {}, True),
        ({**IN_EU, "operator": "not_in_list"}, {"country": "FR"}, False),
        ({"field": "tier", "operator": "in_list", "value": "tiers"}, {"tier": 1}, True),
        ({"operator": "in_segment", "value": "nested"}, {"vip": True}, True),
        ({"operator": "in_segment", "value": "nested"}, {"employees": 2000, "country": "DE"}, True),
        ({"operator": "in_segment", "value": "nested"}, {"employees": 2000, "country": "US"}, False),
    ],
)
def test_a_name_means_what_stands_behind_it(tree: Any, event: dict[str, Any], holds: bool) -> None:
    for condition in (put_in(tree), put_in({"logic": "AND", "rules": [tree]}), put_in([tree])):
        compiled = compile_condition(condition)
        assert compiled.matches(event, CLOCK) is holds
        assert compiled.explain(event, CLOCK).truth is holds
        assert all(part.matches(event, CLOCK) for part in parts_of(condition)) is holds


def test_where_nobody_put_anything_in_it_is_refused() -> None:
    assert problems(IN_EU) == ["conditions.value: names a list, and none of that name is known here."]
    [unknown] = problems(put_in({"rules": [{**ENTERPRISE, "value": "smb"}]}))
    assert unknown == "conditions.rules[0].value: names a segment, and none of that name is known here."


@pytest.mark.parametrize(
    ("leaf", "message"),
    [
        ({"field": "country", "operator": "in_list", "value": ["DE"]}, "value: must be the name of a list"),
        ({"field": "country", "operator": "in_list", "value": "{{x}}"}, "value: must be the name of a list"),
        ({"field": "country", "operator": "in_list"}, 'such as "EU"; for values that stand here use in'),
        ({"operator": "in_list", "value": "EU"}, "field: is missing; name the field to look at"),
        ({"field": "plan", "operator": "in_segment", "value": "x"}, "field: is not used by in_segment"),
        ({"operator": "not_in_segment", "value": " "}, 'must be the name of a segment, such as "enterprise"'),
        ({"field": "a", "operator": "in_lst", "value": "EU"}, "did you mean in_list?"),
        ({"field": "a", "operator": "segment", "value": "EU"}, "did you mean in_segment?"),
    ],
)
def test_what_is_written_wrongly_is_said_also_in_a_draft(leaf: Any, message: str) -> None:
    assert message in problems(left_open(leaf))[0]


def test_a_draft_may_name_what_is_not_there() -> None:
    tree = {"logic": "OR", "rules": [ENTERPRISE, {"logic": "NOT", "rules": [IN_EU]}]}
    assert [(leaf.field, leaf.label) for leaf in compile_condition(left_open(tree)).comparisons()] == [
        ("country", "EU")
    ]


def test_the_explanation_names_them_beside_the_comparisons() -> None:
    condition = compile_condition(put_in({"rules": [{"operator": "not_in_segment", "value": "enterprise"}]}))
    explained = condition.explain({"employees": 2000, "country": "DE"}, CLOCK)
    [segment] = explained.children
    assert (segment.truth, segment.sentence) == (False, "not in segment “enterprise”: no.")
    employees, country = segment.children[0].children
    assert employees.sentence == "employees is greater than 1000: yes, it is 2000."
    assert country.sentence == 'country is on the list “EU”: yes, it is "DE".'
    shown = explained.as_json()["children"][0]
    assert (shown["segment"], shown["children"][0]["children"][1]["list"]) == ("enterprise", "EU")
    assert "segment" not in explained.as_json()


def test_nobody_claims_a_name_by_hand() -> None:
    forged = {"logic": "AND", "rules": [LARGE], "label": "enterprise"}
    assert "label: is not known here" in problems(forged)[0]


def test_a_page_reads_the_names() -> None:
    clause = in_words({"rules": [ENTERPRISE, {**IN_EU, "operator": "not_in_list"}]})
    assert [part.sentence for part in clause.parts] == ["in segment “enterprise”", "country is not on the list “EU”"]


def test_circles_and_crowds_are_refused() -> None:
    with pytest.raises(RuleError, match="leads back to itself"):
        put_in({"operator": "in_segment", "value": "circle"})
    with pytest.raises(RuleError, match="more than 200 segments and lists"):
        put_in([IN_EU] * 201)
    twice = [{"operator": "in_segment", "value": "wide"}] * 2
    assert problems(put_in(twice)) == ["conditions: has 300 comparisons; at most 200 are possible."]


def test_what_names_nothing_stays_the_very_same() -> None:
    tree = {"logic": "AND", "rules": [LARGE, {"field": "a", "operator": "in", "value": ["in_list"]}]}
    assert put_in(tree) is tree
    assert left_open(tree) is tree


def test_every_name_is_found_where_it_stands() -> None:
    config = {"cases": [{"when": {"rules": [LARGE, ENTERPRISE]}}, {"when": IN_EU}]}
    assert [(each.kind, each.name, each.field) for each in names_in(config, "config")] == [
        ("segment", "enterprise", "config.cases[0].when.rules[1].value"),
        ("list", "EU", "config.cases[1].when.value"),
    ]


named = st.sampled_from(
    [ENTERPRISE, {"operator": "not_in_segment", "value": "nested"}, IN_EU, {**IN_EU, "operator": "not_in_list"}, LARGE]
)
trees = st.recursive(
    named,
    lambda inner: st.builds(
        lambda logic, rules: {"logic": logic, "rules": rules},
        st.sampled_from(["AND", "OR", "NOT"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
events = st.fixed_dictionaries(
    {},
    optional={
        "employees": st.sampled_from([10, 2000]),
        "country": st.sampled_from(["DE", "US"]),
        "vip": st.booleans(),
    },
)


def by_hand(tree: Any) -> Any:
    """The same condition, written without any name."""
    if "rules" in tree:
        return {"logic": tree["logic"], "rules": [by_hand(each) for each in tree["rules"]]}
    negated = tree["operator"].startswith("not_")
    if tree["operator"].endswith("in_segment"):
        inner = by_hand(REFERENCES["segment"][tree["value"]]["conditions"])
        return {"logic": "NOT", "rules": [inner]} if negated else inner
    if tree["operator"].endswith("in_list"):
        return {"field": tree["field"], "operator": "not_in" if negated else "in", "value": ["DE", "FR"]}
    return tree


@given(tree=trees, event=events)
def test_it_holds_when_the_condition_without_names_does(tree: Any, event: dict[str, Any]) -> None:
    expected = compile_condition(by_hand(tree)).matches(event, CLOCK)
    condition = compile_condition(put_in(tree))
    assert condition.matches(event, CLOCK) is expected
    assert condition.explain(event, CLOCK).truth is expected
    assert all(part.matches(event, CLOCK) for part in parts_of(put_in(tree))) is expected
    dump_json(condition.explain(event, CLOCK).as_json())
