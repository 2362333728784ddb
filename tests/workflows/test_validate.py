"""Validation: what refuses a draft, what refuses publishing, and what it says."""

from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest

from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.validate import publish_problems, structure_problems
from tests.workflows.rules import DEAL_ALERT, check, edge, graph, node, stop, task, trigger

ROW = graph(trigger(), task("a1"), edges=[edge("trigger", "a1")])


def found(problems: Any) -> dict[str, str]:
    return {problem.path: problem.message for problem in problems}


def test_a_good_definition_has_no_problems() -> None:
    assert publish_problems(to_graph(DEAL_ALERT), {"errorHandling": {"onError": "retry"}}) == []


def test_branches_may_meet_again() -> None:
    diamond = graph(
        trigger(),
        check("c1"),
        task("yes"),
        task("no"),
        task("after"),
        edges=[
            edge("trigger", "c1"),
            edge("c1", "yes", "true"),
            edge("c1", "no", "false"),
            edge("yes", "after"),
            edge("no", "after"),
            edge("no", "yes", "error"),
        ],
    )
    assert publish_problems(diamond, {}) == []


BROKEN: list[tuple[Any, dict[str, Any], str, str]] = [
    ([], {}, "workflow_data", "Must be an object"),
    ({"nodes": {}}, {}, "nodes", "Must be a list."),
    ({"nodes": [7]}, {}, "nodes[0]", "id, type and data"),
    ({"nodes": [{"id": "a b", "data": {}}]}, {}, "nodes[0].id", "letters, digits"),
    ({"nodes": [{"id": "x" * 256, "data": {}}]}, {}, "nodes[0].id", "1 to 255"),
    ({"nodes": [{"id": "a1"}]}, {}, "nodes[a1].data", "kind and config"),
    (graph(task("a1"), task("a1"), edges=[]), {}, "nodes[a1].id", "more than one node"),
    ({"nodes": [task(f"n{i}") for i in range(501)]}, {}, "nodes", "at most 500"),
    (graph(node("a1", "slak", message="x"), edges=[]), {}, "nodes[a1].kind", "Did you mean 'slack'?"),
    (graph(node("a1", "slack", mesage="x"), edges=[]), {}, "nodes[a1].config.mesage", "not known here"),
    (graph(node("a1", "slack", message="{{#if x}}"), edges=[]), {}, "nodes[a1].config.message", "{{/if}}"),
    (graph(node("a1", "create_task", "email", title="x"), edges=[]), {}, "nodes[a1].type", '"action"'),
    (graph(node("t", "clock", "trigger"), edges=[]), {}, "nodes[t].kind", "use 'event', 'manual' or"),
    (graph(node("t", "event", "trigger", evnt="x"), edges=[]), {}, "nodes[t].config.evnt", "not known here"),
    ({"edges": [{"source": "a1"}]}, {}, "edges[0].target", "id of a node"),
    ({"edges": ["a1"]}, {}, "edges[0]", "source and target"),
    ({}, {"retries": 3}, "settings.retries", "not known here"),
    ({}, {"errorHandling": {"onError": "shrug"}}, "settings.errorHandling.onError", "'retry' or 'branch'"),
    ({}, {"timeout": "soon"}, "settings.timeout", "2 days"),
    ({}, {"timeout": 0}, "settings.timeout", "greater than 0"),
    ({}, [], "settings", "must be an object"),
    (
        {},
        {"errorHandling": {"notifyOnFailure": ["ops@example.com", "ops"]}},
        "settings.errorHandling.notifyOnFailure[1]",
        "'ops' is not an email address",
    ),
]


@pytest.mark.parametrize(("workflow_data", "settings", "path", "message"), BROKEN)
def test_broken_definitions_are_no_drafts(workflow_data: Any, settings: Any, path: str, message: str) -> None:
    assert message in found(structure_problems(workflow_data, settings)).get(path, "")
    assert path in found(publish_problems(workflow_data, settings))


@pytest.mark.parametrize("kind", ["critical", "label"])
def test_a_step_says_critical_and_label_in_their_types(kind: str) -> None:
    broken = graph({"id": "a1", "type": "action", "data": {"kind": "stop", kind: 3}}, edges=[])
    assert f"nodes[a1].{kind}" in found(structure_problems(broken, {}))


def test_an_unknown_operator_is_no_draft() -> None:
    leaf = {"field": "value", "operator": "bigger", "value": 1}
    broken = graph(node("c1", "condition", "condition", conditions={"rules": [leaf]}), edges=[])
    problems = found(structure_problems(broken, {}))
    assert "is not an operator" in problems["nodes[c1].config.conditions.rules[0].operator"]


UNFINISHED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "nodes", "exactly one trigger; found: none"),
    (graph(trigger(), edges=[]), "nodes", "add at least one step"),
    (graph(trigger(""), task("a1"), edges=[]), "nodes[trigger].config.event", "for example order.shipped"),
    (graph(trigger("OrderShipped"), edges=[]), "nodes[trigger].config.event", "order.shipped"),
    (graph(trigger(), node("a1", "slack"), edges=[]), "nodes[a1].config.message", "This field is required."),
    (graph(trigger(), node("a1", "webhook", "webhook", url="nope"), edges=[]), "nodes[a1].config.url", ""),
    (graph(trigger(), task("a1"), edges=[]), "nodes[a1]", "No way leads here"),
    (
        graph(trigger(), task("a1"), edges=[edge("trigger", "a1"), edge("a1", "gone")]),
        "edges[a1:done→gone]",
        "There is no node 'gone'",
    ),
    (
        graph(trigger(), task("a1"), edges=[edge("trigger", "a1"), edge("a1", "trigger")]),
        "edges[a1:done→trigger]",
        "makes a circle",
    ),
    (
        graph(trigger(), check("c1"), task("a1"), edges=[edge("trigger", "c1"), edge("c1", "a1")]),
        "edges[c1:done→a1].sourceHandle",
        "it has 'true', 'false', 'error'",
    ),
    (
        graph(trigger(), stop("s1"), task("a1"), edges=[edge("trigger", "s1"), edge("s1", "a1")]),
        "edges[s1:done→a1]",
        "'stop' ends the run",
    ),
    (
        graph(trigger(), task("a1"), task("a2"), edges=[edge("trigger", "a1"), edge("trigger", "a2")]),
        "edges[trigger:done→a2]",
        "more than once",
    ),
    (
        graph(
            trigger(),
            task("a1"),
            task("a2"),
            edges=[edge("trigger", "a1"), edge("a1", "a2"), edge("a2", "a1", "error")],
        ),
        "edges[a2:error→a1]",
        "makes a circle",
    ),
]


@pytest.mark.parametrize(("workflow_data", "path", "message"), UNFINISHED)
def test_unfinished_definitions_are_drafts_and_no_more(workflow_data: dict[str, Any], path: str, message: str) -> None:
    assert structure_problems(workflow_data, {}) == []
    assert message in found(publish_problems(workflow_data, {})).get(path, "missing")


def webhook(**headers: str) -> dict[str, Any]:
    return {"type": "webhook", "url": "https://a.example", "headers": headers}


BAD_VALUES: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "delay"}, "duration", "Give a duration (such as `2 days`) or `until`."),
    ({"type": "delay", "duration": "1 day", "until": "today"}, "duration", "not both"),
    ({"type": "delay", "until": "someday"}, "until", "someday"),
    ({"type": "create_task", "title": "x", "dueDate": "someday"}, "dueDate", "someday"),
    ({"type": "create_task", "title": "x", "dueDate": 7}, "dueDate", "7"),
    (webhook(**{"X Id": "1"}), "headers.X Id", "not a header name"),
    (webhook(Host="{{x}}"), "headers.Host", "set by OpsFlows itself"),
    (webhook(**{"X-Id": "a\r\nb"}), "headers.X-Id", "line break"),
    (webhook(**{"X-Id": "\u20ac"}), "headers.X-Id", "cannot carry"),
    ({"type": "email", "to": "a@b.example", "template": "{{t}}"}, "template", "cannot be a variable"),
    ({"type": "email", "to": "a@b.example"}, "subject", "Give the message a subject."),
    ({"type": "email", "template": "welcome"}, "to", "at least one recipient"),
]


@pytest.mark.parametrize(("action", "field", "message"), BAD_VALUES)
def test_a_value_that_can_never_do_is_a_draft_and_no_more(action: dict[str, Any], field: str, message: str) -> None:
    workflow_data = to_graph({"trigger": "a.b", "actions": [action]})
    assert structure_problems(workflow_data, {}) == []
    assert message in found(publish_problems(workflow_data, {})).get(f"nodes[a1].config.{field}", "missing")


@pytest.mark.parametrize(
    "action",
    [
        {"type": "delay", "until": "end_of_month +3 days"},
        {"type": "delay", "until": "{{when}}"},
        {"type": "create_task", "title": "x", "dueDate": "+7 days"},
        {"type": "create_task", "title": "x", "dueDate": "{{when}}"},
        webhook(Authorization="Bearer {{token}}"),
    ],
)
def test_a_value_that_may_do_is_published(action: dict[str, Any]) -> None:
    assert publish_problems(to_graph({"trigger": "a.b", "actions": [action]}), {}) == []


def test_two_triggers_are_one_too_many() -> None:
    second = {**trigger(), "id": "t2"}
    problems = found(publish_problems(graph(trigger(), second, task("a1"), edges=[]), {}))
    assert "found: trigger, t2" in problems["nodes"]


def test_a_long_row_is_no_trouble() -> None:
    row = [trigger(), *(task(f"a{i}") for i in range(499))]
    edges = [edge(one["id"], other["id"]) for one, other in pairwise(row)]
    assert publish_problems(graph(*row, edges=edges), {}) == []


def test_everything_wrong_is_said_at_once() -> None:
    broken = deepcopy(ROW)
    broken["nodes"][1]["data"] = {"kind": "create_task", "config": {"titel": "x", "priority": "{{#if"}}
    assert {"nodes[a1].config.titel", "nodes[a1].config.priority", "settings.x"} <= found(
        publish_problems(broken, {"x": 1})
    ).keys()
