"""The rule form: a projection of the graph that loses nothing."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.workflows import registry
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.kinds import PureKind
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import MAX_SIDES, to_graph, to_rule
from opsflows.workflows.rule_problems import in_rule_terms, rule_problems, rule_settings
from opsflows.workflows.validate import publish_problems, structure_problems
from tests.workflows.rules import (
    DEAL_ALERT,
    EXAMPLES,
    AnyConfig,
    check,
    edge,
    example_kind,
    graph,
    node,
    stop,
    task,
    trigger,
)


class Ask(PureKind):
    """A kind with a list of actions beside it."""

    kind = "ask"
    label = "Ask"
    Config = AnyConfig
    outcomes = ("yes", "no", "late", "later")
    side = "otherwise"
    side_handles = ("no", "late")


@pytest.fixture(scope="module", autouse=True)
def ask_kind() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.all_kinds(), "ask", Ask())
        yield


def hash_of(workflow_data: Any) -> str:
    return definition_hash(read_graph(workflow_data), {})


names = st.text("abcXYZ019_-", min_size=1, max_size=6)
values: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
configs = st.dictionaries(
    (st.text(max_size=5) | st.just("otherwise")).filter(lambda key: key not in registry.RESERVED), values, max_size=3
)
naming = st.fixed_dictionaries({}, optional={"label": st.text(max_size=5), "critical": st.booleans()})
kinds = st.sampled_from(["slack", "email", "webhook", "condition", "stop", "nobody_knows"])
actions: Any = st.recursive(
    st.builds(lambda kind, name, config: {"type": kind, **name, **config}, kinds, naming, configs),
    lambda inner: st.builds(
        lambda name, config, beside: {"type": "ask", **name, **config, "otherwise": beside},
        naming,
        configs,
        st.none() | st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)


def all_of(actions: Any) -> list[dict[str, Any]]:
    """Actions, and all that stand beside them."""
    return [
        found
        for action in actions or ()
        for found in (action, *(all_of(action.get("otherwise")) if action["type"] == "ask" else ()))
    ]


@st.composite
def rules(draw: Any) -> dict[str, Any]:
    rule: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"actions": st.lists(actions, max_size=4)},
            optional={
                "trigger": st.none() | st.text(max_size=8),
                "conditions": values,
                "conditionsStep": naming,
                "triggerStep": st.fixed_dictionaries({}, optional={"label": st.text(max_size=5)}),
            },
        )
    )
    if rule.get("conditions") is None:
        rule.pop("conditionsStep", None)
    steps = [step for key in ("triggerStep", "conditionsStep") if (step := rule.get(key)) is not None]
    for number, step in enumerate([*steps, *all_of(rule["actions"])]):
        if draw(st.booleans()):
            step["id"] = f"own_{number}"
    return rule


@given(rules())
def test_rule_to_graph_to_rule_to_graph(rule: dict[str, Any]) -> None:
    assert rule_problems(rule) == []
    made = to_graph(rule)
    again = to_rule(made)
    assert again is not None
    assert len(all_of(again["actions"])) == len(all_of(rule["actions"]))
    assert hash_of(to_graph(again)) == hash_of(made)
    assert to_rule(to_graph(again)) == again


@st.composite
def graphs(draw: Any) -> dict[str, Any]:
    """Graphs of all sorts: rows mostly, with now and then an edge too many, one missing, or a loose step."""
    ids = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    nodes = [
        node(ids[0], "event", "trigger", **draw(st.sampled_from([{}, {"event": "a.b"}, {"event": None}, {"x": 1}])))
    ]
    for node_id in ids[1:]:
        kind = draw(kinds | st.just("ask"))
        config = draw(
            st.sampled_from([{}, {"conditions": None}, {"conditions": {}}]) if kind == "condition" else configs
        )
        step = node(node_id, kind)
        step["data"] |= {"config": config, **draw(naming)}
        nodes.append(step)
    handles = st.sampled_from(["done", "done", "true", "true", "false", "error", "yes"])
    edges = [edge(one, other, draw(handles)) for one, other in pairwise(ids)]
    for one in nodes[:-1]:
        if one["data"]["kind"] == "ask" and draw(st.booleans()):
            target = draw(st.sampled_from(ids))
            edges += [edge(one["id"], target, handle) for handle in draw(st.sampled_from([["no", "late"], ["no"]]))]
    edges += draw(st.lists(st.builds(edge, st.sampled_from(ids), st.sampled_from(ids), handles), max_size=1))
    return graph(*draw(st.permutations(nodes)), edges=draw(st.permutations(edges)))


@given(graphs())
def test_graph_to_rule_to_graph(workflow_data: dict[str, Any]) -> None:
    rule = to_rule(workflow_data)
    if rule is not None:
        assert rule_problems(rule) == []
        assert hash_of(to_graph(rule)) == hash_of(workflow_data)


@pytest.fixture
def example_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples use kinds of action, and ways to use them, that are not all there."""
    for rule in EXAMPLES:
        for action in rule["actions"]:
            monkeypatch.setitem(registry.all_kinds(), action["type"], example_kind(action["type"]))


@pytest.mark.usefixtures("example_kinds")
@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule["name"])
def test_the_examples_of_rules_are_understood(rule: dict[str, Any]) -> None:
    assert rule_problems(rule) == []
    made = to_graph(rule)
    assert publish_problems(made, {}) == []
    assert to_rule(made) == {key: value for key, value in rule.items() if key != "name"}


def test_ids_are_given_in_order_and_kept() -> None:
    made = to_graph(DEAL_ALERT)
    assert [node["id"] for node in made["nodes"]] == ["trigger", "conditions", "a1", "a2"]
    rule = to_rule(made)
    assert rule is not None
    rule["actions"].insert(0, {"type": "stop", "id": "first"})
    rule["actions"][1]["id"], rule["actions"][2]["id"] = "a1", "a2"
    assert [node["id"] for node in to_graph(rule)["nodes"]] == ["trigger", "conditions", "first", "a1", "a2"]


@pytest.mark.parametrize(
    "workflow_data",
    [
        {},
        graph(trigger(), task("a1"), edges=[]),
        graph(trigger(), check("c1"), task("a1"), edges=[edge("trigger", "c1"), edge("c1", "a1", "false")]),
        graph(trigger(), task("a1"), stop("s1"), edges=[edge("trigger", "a1"), edge("a1", "s1", "error")]),
        graph(trigger(), task("a1"), edges=[edge("trigger", "a1"), edge("a1", "a1")]),
    ],
)
def test_what_is_no_straight_row_is_no_rule(workflow_data: dict[str, Any]) -> None:
    assert to_rule(workflow_data) is None


BESIDE: dict[str, Any] = {
    "trigger": "a.b",
    "actions": [
        {
            "type": "ask",
            "otherwise": [{"type": "stop", "label": "No"}, {"type": "ask", "otherwise": [{"type": "stop"}]}],
        },
        {"type": "ask", "id": "second", "otherwise": [{"type": "stop"}]},
        {"type": "stop"},
    ],
}


def test_actions_beside_a_step_follow_by_its_other_ways_out() -> None:
    made = to_graph(BESIDE)
    ids = ["trigger", "a1", "a1_1", "a1_2", "a1_2_1", "second", "a2_1", "a3"]
    assert [node["id"] for node in made["nodes"]] == ids
    ways = {(edge["source"], edge["sourceHandle"]): edge["target"] for edge in made["edges"]}
    assert ways == {
        ("trigger", "done"): "a1",
        ("a1", "yes"): "second",
        ("a1", "no"): "a1_1",
        ("a1", "late"): "a1_1",
        ("a1_1", "done"): "a1_2",
        ("a1_2", "no"): "a1_2_1",
        ("a1_2", "late"): "a1_2_1",
        ("second", "yes"): "a3",
        ("second", "no"): "a2_1",
        ("second", "late"): "a2_1",
    }
    assert len({edge["id"] for edge in made["edges"]}) == len(made["edges"])
    assert to_rule(made) == BESIDE


@pytest.mark.parametrize(
    "edges",
    [
        # One of the ways alone; two that lead to different steps; one that joins the row again; one that is no side.
        [edge("ask", "s2", "no")],
        [edge("ask", "s2", "no"), edge("ask", "s1", "late")],
        [edge("ask", "s1", "no"), edge("ask", "s1", "late")],
        [edge("ask", "s2", "no"), edge("ask", "s2", "late"), edge("s2", "s1")],
        [edge("ask", "s2", "no"), edge("ask", "s2", "late"), edge("ask", "s2", "later")],
    ],
)
def test_what_leaves_a_step_otherwise_is_no_rule(edges: list[dict[str, Any]]) -> None:
    row = [edge("trigger", "ask"), edge("ask", "s1", "yes")]
    assert to_rule(graph(trigger(), node("ask", "ask"), stop("s1"), stop("s2"), edges=row + edges)) is None


def test_a_list_beside_a_step_is_not_its_configuration() -> None:
    loose = graph(trigger(), node("ask", "ask", otherwise=[]), edges=[edge("trigger", "ask")])
    assert to_rule(loose) is None


def test_problems_beside_a_step_are_named_there() -> None:
    rule = deepcopy(DEAL_ALERT)
    rule["actions"].insert(0, {"type": "ask", "otherwise": [{"type": "stop"}, {"type": "webhok", "url": "x"}]})
    problems = in_rule_terms(publish_problems(to_graph(rule), {}), rule)
    assert {"actions[0].otherwise[0]", "actions[0].otherwise[1].type"} <= {problem.path for problem in problems}


def test_lists_beside_lists_have_an_end() -> None:
    actions: list[dict[str, Any]] = [{"type": "stop"}]
    for _ in range(MAX_SIDES + 1):
        actions = [{"type": "ask", "otherwise": actions}]
    [problem] = rule_problems({"actions": actions})
    assert problem.path == "actions[0]" + ".otherwise[0]" * MAX_SIDES + ".otherwise"
    assert rule_problems({"actions": actions[0]["otherwise"]}) == []
    assert to_rule(to_graph({"trigger": "a.b", "actions": actions[0]["otherwise"]})) is not None


def test_a_condition_in_the_row_goes_on_where_it_holds() -> None:
    rule = {"trigger": "a.b", "actions": [{"type": "stop"}, {"type": "condition", "conditions": {}}, {"type": "stop"}]}
    assert to_graph(rule)["edges"][2]["sourceHandle"] == "true"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda rule: rule["conditions"]["rules"][0].update(operator="bigger"), "conditions.rules[0].operator"),
        (lambda rule: rule["actions"][1].update(type="webhok"), "actions[1].type"),
        (lambda rule: rule["actions"][1].update(urll="x"), "actions[1].urll"),
        (lambda rule: rule["actions"][0].update(message="{{"), "actions[0].message"),
        (lambda rule: rule["actions"][0].update(critical="yes"), "actions[0].critical"),
        (lambda rule: rule["actions"][0].update(label=0), "actions[0].label"),
        (lambda rule: rule["actions"][0].pop("message"), "actions[0].message"),
        (lambda rule: rule["actions"][1].update(url="nope://x"), "actions[1].url"),
        (lambda rule: rule["actions"].insert(0, {"type": "stop"}), "actions[0]"),
        (lambda rule: rule["actions"].clear(), "actions"),
        (lambda rule: rule.update(trigger="OrderShipped"), "trigger"),
        (lambda rule: rule.update(trigger=None), "trigger"),
        (lambda rule: rule.update(errorHandling={"retryCount": -1}), "errorHandling.retryCount"),
        (lambda rule: rule.update(settings={"errorHandling": {"x": 1}}), "settings.errorHandling.x"),
    ],
)
def test_problems_are_named_as_the_author_knows_them(change: Any, path: str) -> None:
    rule = deepcopy(DEAL_ALERT)
    change(rule)
    assert rule_problems(rule) == []
    problems = publish_problems(to_graph(rule), rule_settings(rule))
    assert path in [problem.path for problem in in_rule_terms(problems, rule)]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"trigger": {"event": "a.b"}}, "trigger"),
        ({"actions": {}}, "actions"),
        ({"actions": ["email"]}, "actions[0]"),
        ({"actions": [{"to": "x"}]}, "actions[0].type"),
        ({"actions": [{"type": "stop", "id": "a b"}]}, "actions[0].id"),
        ({"actions": [{"type": "stop", "id": "a2"}, {"type": "stop"}]}, "actions[1].id"),
        ({"actions": [{"type": "stop", "id": "conditions"}]}, "actions[0].id"),
        ({"actions": [{"type": "ask", "otherwise": {}}]}, "actions[0].otherwise"),
        ({"actions": [{"type": "ask", "otherwise": [{"to": "x"}]}]}, "actions[0].otherwise[0].type"),
        ({"actions": [{"type": "ask", "otherwise": [{"type": "stop", "id": "a1"}]}]}, "actions[0].otherwise[0].id"),
        ({"settings": []}, "settings"),
        ({"settings": {"errorHandling": {}}, "errorHandling": {"onError": "stop"}}, "errorHandling"),
        ({"triggerStep": {"name": "x"}}, "triggerStep"),
        ({"conditionsStep": {"id": ""}}, "conditionsStep.id"),
        ({"conditions": None, "conditionsStep": {"id": "c"}}, "conditionsStep"),
    ],
)
def test_a_rule_of_a_wrong_shape_is_refused_in_its_own_terms(change: dict[str, Any], path: str) -> None:
    assert path in [problem.path for problem in rule_problems(DEAL_ALERT | change)]


def test_error_handling_may_stand_beside_the_settings() -> None:
    rule = {"settings": {"priority": "high"}, "errorHandling": {"onError": "continue"}}
    assert rule_settings(rule) == {"priority": "high", "errorHandling": {"onError": "continue"}}


def test_what_the_graph_refuses_the_rule_refuses_even_as_a_draft() -> None:
    with pytest.raises(InvalidDefinition):
        read_graph({"nodes": [{"id": "a1"}]})
    assert to_rule({"nodes": [{"id": "a1"}]}) is None
    assert structure_problems(to_graph({"actions": [{"type": "nobody_knows"}]}), {}) != []
