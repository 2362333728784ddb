"""Steps that are disabled: kept in the draft, and nothing that runs meets them."""

from typing import Any

import pytest

from opsflows.workflows.compile import compile_definition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph, to_rule
from opsflows.workflows.validate import publish_problems, structure_problems

RULE: dict[str, Any] = {
    "trigger": "deal.won",
    "conditions": {"field": "amount", "operator": "greater_than", "value": 1000},
    "actions": [
        {"type": "set", "values": {"a": 1}},
        {"type": "set", "values": {"b": 2}},
        {"type": "set", "values": {"c": 3}},
    ],
}


def test_a_row_goes_on_behind_it() -> None:
    data = to_graph(_disabled(RULE, 1))
    graph = compile_definition(data, {})
    assert graph.nodes.keys() == {"conditions", "a1", "a3"}
    assert graph.nodes["a1"].handles == {"done": "a3"}
    assert publish_problems(data, {}) == []


def test_the_first_and_the_last() -> None:
    graph = compile_definition(to_graph(_disabled(RULE, 0, 2)), {})
    assert graph.start == "a2"
    assert graph.nodes["a2"].handles == {}


def test_a_condition_that_is_disabled_lets_everything_start() -> None:
    rule = {**RULE, "conditionsStep": {"disabled": True}}
    graph = compile_definition(to_graph(rule), {})
    assert graph.entry is None
    assert graph.start == "a1"


def test_the_branches_of_a_fork_go_with_it() -> None:
    data = {
        "nodes": [
            {"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": "deal.won"}}},
            {"id": "f", "type": "loop", "data": {"kind": "foreach", "config": {}, "disabled": True}},
            {"id": "in", "type": "action", "data": {"kind": "set", "config": {"values": {"a": 1}}}},
            {"id": "after", "type": "action", "data": {"kind": "set", "config": {"values": {"b": 1}}}},
        ],
        "edges": [
            {"source": "t", "target": "f"},
            {"source": "f", "sourceHandle": "each", "target": "in"},
            {"source": "f", "sourceHandle": "done", "target": "after"},
        ],
    }
    graph = without_disabled(read_graph(data))
    assert [node.id for node in graph.nodes] == ["t", "after"]
    assert graph.handles("t") == {"done": "after"}


CASES = {"value": "{{tier}}", "cases": [{"name": "gold", "equals": 1}, {"name": "silver", "equals": 2}]}
VARIANTS = {"variants": [{"name": "old"}, {"name": "new"}]}


@pytest.mark.parametrize(
    ("kind", "config", "ways", "goes_on"),
    [
        ("set", {"values": {}}, ["error"], ""),
        ("webhook", {}, ["done", "error"], "done"),
        ("approval", {"title": "May we?"}, ["rejected"], ""),
        ("approval", {"title": "May we?"}, ["rejected", "approved"], "approved"),
        ("wait_for_event", {"event": "order.paid"}, ["timeout"], ""),
        ("lookup", {}, ["missing"], ""),
        ("condition", {"conditions": []}, ["false"], ""),
        ("condition", {"conditions": []}, ["false", "true"], "true"),
        ("condition", CASES, ["else", "silver", "gold"], "gold"),
        ("condition", CASES, ["else", "silver"], ""),
        ("split", VARIANTS, ["new", "old"], "old"),
        ("parallel", {"branches": [{"name": "left"}]}, ["left"], ""),
        ("foreach", {"items": "{{list}}"}, ["each", "done"], "done"),
        ("set", {"values": "unfinished"}, ["done"], "done"),
        ("stop", {}, ["done"], ""),
    ],
)
def test_the_flow_goes_on_by_the_first_way_and_by_no_other(
    kind: str, config: dict[str, Any], ways: list[str], goes_on: str
) -> None:
    """What was meant for a failure, a rejection or a time that ran out never happens because nobody asks any more."""
    data = {
        "nodes": [
            {"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": "deal.won"}}},
            {"id": "x", "type": "action", "data": {"kind": kind, "config": config, "disabled": True}},
            *({"id": f"to-{way}", "type": "action", "data": {"kind": "set", "config": {}}} for way in ways),
        ],
        "edges": [
            {"source": "t", "target": "x"},
            *({"source": "x", "sourceHandle": way, "target": f"to-{way}"} for way in ways),
        ],
    }
    assert without_disabled(read_graph(data)).handles("t") == ({"done": f"to-{goes_on}"} if goes_on else {})


def test_one_that_is_not_finished_does_not_stand_in_the_way() -> None:
    rule = {**RULE, "actions": [*RULE["actions"], {"type": "slack", "disabled": True}]}
    assert publish_problems(to_graph(rule), {}) == []
    assert publish_problems(to_graph({**rule, "actions": [*RULE["actions"], {"type": "slack"}]}), {})


def test_a_circle_of_them_ends_the_row() -> None:
    data = {
        "nodes": [
            {"id": "t", "type": "trigger", "data": {"kind": "event", "config": {"event": "deal.won"}}},
            *(
                {"id": name, "type": "action", "data": {"kind": "set", "config": {}, "disabled": True}}
                for name in ("a", "b")
            ),
        ],
        "edges": [
            {"source": "t", "target": "a"},
            {"source": "a", "target": "b"},
            {"source": "b", "target": "a"},
        ],
    }
    assert [node.id for node in without_disabled(read_graph(data)).nodes] == ["t"]


def test_the_rule_form_keeps_it() -> None:
    rule = _disabled(RULE, 1)
    data = to_graph(rule)
    assert to_rule(data) == rule
    plain = definition_hash(read_graph(to_graph(RULE)), {})
    assert definition_hash(read_graph(data), {}) != plain


def test_it_is_true_or_false_and_never_a_trigger() -> None:
    data = to_graph(RULE)
    data["nodes"][2]["data"]["disabled"] = "yes"
    data["nodes"][0]["data"]["disabled"] = True
    paths = {problem.path for problem in structure_problems(data, {})}
    assert paths == {"nodes[a1].disabled", "nodes[trigger].disabled"}


def _disabled(rule: dict[str, Any], *places: int) -> dict[str, Any]:
    actions = [{**action, "disabled": True} if at in places else action for at, action in enumerate(rule["actions"])]
    return {**rule, "actions": actions}
