"""What is different between two definitions, in the rule's own words."""

import copy
from typing import Any

import pytest

from opsflows.outbound.redact import MASK
from opsflows.workflows.registry import step_kind
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.wording.differences import Difference, differences
from tests.runs.graphs import graph
from tests.workflows.rules import DEAL_ALERT, check, edge, stop, task, trigger
from tests.workflows.rules import graph as raw

SLACK = {"type": "slack", "channel": "#deals", "message": "Won {{name}}"}
CALL = {"type": "create_task", "title": "Call"}


def rule(*actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return to_graph({"trigger": "deal.won", "actions": list(actions), **more})


def between(old: Any, new: Any) -> list[Difference]:
    return differences(old, {}, new, {})


def said(old: Any, new: Any) -> list[str]:
    return [each.sentence for each in between(old, new)]


def test_the_trigger_and_the_conditions() -> None:
    new = copy.deepcopy(DEAL_ALERT)
    new["trigger"] = "deal.closed"
    new["conditions"]["rules"][0]["value"] = 150000
    assert said(to_graph(DEAL_ALERT), to_graph(new)) == [
        "When: private_offer.accepted → deal.closed",
        "Only if value is greater than 100,000 → 150,000",
    ]


def test_steps_that_come_and_go() -> None:
    old, new = rule(CALL), rule(SLACK, CALL)
    [added] = between(old, new)
    assert (added.kind, added.place) == ("added", "Step 1, Send a Slack message")
    assert added.sentence == "added: Send a Slack message to #deals, as the first step"
    assert "“Won {{name}}”" in added.after
    [removed] = between(new, old)
    assert removed.sentence == "removed: Send a Slack message to #deals"
    assert removed.before == added.after
    assert said(rule(), rule(CALL)) == ["added: Create a task “Call”, as the first step"]


def test_a_step_that_is_moved_is_told_once() -> None:
    other = {"type": "stop", "reason": "Done"}
    wait = {"type": "delay", "duration": "1 day"}
    [moved] = between(rule(SLACK, CALL, wait, other), rule(CALL, wait, SLACK, other))
    assert (moved.kind, moved.sentence) == ("moved", "moved: Send a Slack message to #deals, now after “Wait”")


def test_fields_are_called_as_people_call_them() -> None:
    old = rule({**CALL, "assignTo": "ada", "dueDate": "+1 day"})
    new = rule({**CALL, "assignTo": "bob", "dueDate": "+1 day", "label": "Ring them", "retryCount": 2})
    name, who, repeats = (each.removeprefix("Step 1, Ring them: ") for each in said(old, new))
    title = step_kind("create_task").Config.model_fields["assignTo"].title or "Assign to"
    assert name == "Name: “Create a task” → “Ring them”"
    assert who == f"{title}: ada → bob"
    assert repeats.endswith(": as the settings say → 2")


def test_of_long_texts_only_where_they_part() -> None:
    text = "Dear {{name}}, " + "we are glad that you have chosen us. " * 10
    [found] = between(rule({**SLACK, "message": text + "Yours"}), rule({**SLACK, "message": text + "Cheers"}))
    assert "Dear" not in found.sentence
    assert found.before.endswith("chosen us. Yours”")
    assert found.after.endswith("chosen us. Cheers”")
    assert len(found.sentence) < 200


def test_a_step_is_disabled_and_enabled() -> None:
    off = {**SLACK, "disabled": True}
    assert said(rule(SLACK), rule(off)) == ["Step 1, Send a Slack message: disabled: kept, and passed over"]
    assert said(rule(off), rule(SLACK)) == ["Step 1, Send a Slack message: enabled again"]


def test_a_secret_that_changed_says_so_and_no_more() -> None:
    def call(token: str, key: str) -> dict[str, Any]:
        url = f"https://crm.example/in?key={key}"
        return rule({"type": "webhook", "url": url, "headers": {"Authorization": f"Bearer {token}"}})

    found = between(call("one-secret", "k1-secret"), call("two-secret", "k2-secret"))
    assert len(found) == 2
    assert "secret" not in "".join(f"{each}" for each in found)
    assert all("not shown here" in each.sentence for each in found)
    [leaf] = between(
        rule(conditions={"field": "token", "operator": "equals", "value": "s1"}),
        rule(conditions={"field": "token", "operator": "equals", "value": "s2"}),
    )
    assert leaf.before == leaf.after == f"token equals {MASK}"


def test_ways_that_lead_elsewhere() -> None:
    nodes = trigger(), check("c"), task("yes"), stop("no")
    ways = [edge("trigger", "c"), edge("c", "yes", "true")]
    old, new = (raw(*nodes, edges=[*ways, *more]) for more in ([], [edge("c", "no", "false")]))
    assert "Step 1, Check a condition: if no, it now leads to “Stop” instead of the end" in said(old, new)
    swapped = raw(*nodes, edges=[edge("trigger", "c"), edge("c", "yes", "false"), edge("c", "no", "true")])
    first, *turns = between(new, swapped)
    assert first.kind == "moved"
    assert {(each.before, each.after) for each in turns} == {
        ("“Create a task”", "“Stop”"),
        ("“Stop”", "“Create a task”"),
    }


def test_branches_say_where_a_step_is_put() -> None:
    fork = {"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}]}
    old = graph("fork.left -> a", fork=fork, a={"type": "set", "values": {"x": 1}})
    new = graph(
        "fork.left -> a", "fork.right -> b", fork=fork, a={"type": "set", "values": {"x": 1}}, b={"type": "stop"}
    )
    assert said(old, new) == ["added: Stop, “right” at “Do in parallel”"]


def test_lists_of_documents_by_the_names_of_their_entries() -> None:
    gold = {"name": "gold", "from": 80, "to": 100}
    old = graph(c={"type": "condition", "value": "{{score}}", "cases": [gold]})
    new = graph(
        c={"type": "condition", "value": "{{score}}", "cases": [{**gold, "from": 90}, {"name": "none", "equals": 0}]}
    )
    first, second = between(old, new)
    assert "Cases › “gold” › " in first.sentence
    assert (first.before, first.after) == ("80", "90")
    assert second.kind == "added"
    assert "“none”" in second.after


def test_settings_in_words() -> None:
    old = {"maxExecutionsPerHour": 1000}
    new = {"errorHandling": {"onError": "retry"}, "throttleAction": "drop"}
    found = {each.sentence for each in differences({}, old, {}, new)}
    assert "Settings: When a step fails › What happens: not set → it is tried again" in found
    assert any("are left out" in each for each in found)
    assert any("1,000 → not set" in each for each in found)


@pytest.mark.parametrize("broken", [None, 7, {"nodes": 1}, {"nodes": [{"id": "x"}], "edges": []}])
def test_what_is_broken_is_said_to_be(broken: Any) -> None:
    whole = rule(SLACK)
    assert differences(broken, {}, broken, {}) == []
    assert "cannot be compared" in differences(whole, {}, broken, {})[0].sentence
    assert differences(broken, [], whole, {})[-1].place == "Settings"


def test_an_entry_condition_that_becomes_a_branch() -> None:
    nodes = trigger(), check("c"), task("yes"), stop("no")
    ways = [edge("trigger", "c"), edge("c", "yes", "true")]
    old, new = raw(*nodes[:3], edges=ways), raw(*nodes, edges=[*ways, edge("c", "no", "false")])
    assert said(old, new) == ["added: Stop, if no at “Check a condition”"]
