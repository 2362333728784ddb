"""What is said of a draft beside what is live, and what is not said because it cannot be proven."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.lookups.save_list import create_list
from opsflows.studio.conflicts.conflict import Conflict
from opsflows.studio.conflicts.find import conflicts_of
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.workflows.rules import edge, graph, node, trigger

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def actor(db: None) -> Actor:
    return system_actor(PlatformAccount.objects.create(slug="acme", name="Acme").pk)


def leaf(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def stage(value: str, key: str = "{{dealId}}", **more: Any) -> dict[str, Any]:
    return {"type": "update_record", "recordType": "deal", "recordKey": key, "data": {"stage": value}, **more}


def send(event: str, **payload: Any) -> dict[str, Any]:
    return {"type": "emit_event", "event": event, "payload": payload}


def draft(actor: Actor, name: str, event: str, *actions: Any, only_if: Any = ()) -> Workflow:
    rule = {"trigger": event, "conditions": {"rules": list(only_if)}, "actions": list(actions)}
    return create_workflow(actor=actor, name=name, workflow_data=to_graph(rule))


def live(actor: Actor, name: str, event: str, *actions: Any, only_if: Any = ()) -> Workflow:
    workflow = draft(actor, name, event, *actions, only_if=only_if)
    publish(actor=actor, workflow=workflow, now=timezone.now())
    return workflow


def found(workflow: Workflow) -> list[Conflict]:
    return conflicts_of(workflow, now=NOW)


def kinds(workflow: Workflow) -> list[str]:
    return [conflict.kind for conflict in found(workflow)]


WRITES: list[tuple[Any, Any, Any, Any, bool]] = [
    # The draft's condition and step, the other's, and whether they are in each other's way.
    ([leaf("value", "greater_than", 100)], stage("won"), [leaf("value", "less_than", 500)], stage("lost"), True),
    ([leaf("value", "greater_than", 100)], stage("won"), [leaf("value", "less_than", 50)], stage("lost"), False),
    ([], stage("won"), [], stage("won"), False),
    ([], stage("won"), [], stage("lost", key="{{otherId}}"), False),
    ([], stage("won"), [], stage("{{stage}}"), True),
    ([], stage("{{stage}}"), [], stage(" {{stage}}"), False),
    ([leaf("stage", "equals", "won")], stage("won"), [], stage("{{stage}}"), False),
    # What cannot be made up is not proven.
    ([leaf("name", "matches", "^(a|b)c+$")], stage("won"), [], stage("lost"), False),
    ([], {"type": "tag", "recordType": "deal", "recordKey": "{{dealId}}", "add": ["Hot"]},
     [], {"type": "tag", "recordType": "deal", "recordKey": "{{dealId}}", "remove": ["hot"]}, True),
    ([], {"type": "assign", "recordType": "deal", "recordKey": "{{dealId}}", "assignTo": "anna"},
     [], {"type": "assign", "recordType": "deal", "recordKey": "{{dealId}}", "assignTo": "ben"}, True),
    ([], {"type": "webhook", "method": "PUT", "url": "https://crm.example/{{dealId}}", "payload": {"tier": "gold"}},
     [], {"type": "webhook", "method": "PUT", "url": "https://crm.example/{{dealId}}", "payload": {"tier": "tin"}},
     True),
]  # fmt: skip


@pytest.mark.parametrize(("mine", "step", "theirs", "other", "is_conflict"), WRITES)
def test_two_that_write_the_same_field(
    actor: Actor, mine: Any, step: Any, theirs: Any, other: Any, is_conflict: bool
) -> None:
    beside = live(actor, "Other", "deal.changed", other, only_if=theirs)
    conflicts = [
        each for each in found(draft(actor, "Mine", "deal.changed", step, only_if=mine)) if each.kind == "write"
    ]
    assert [each.workflows for each in conflicts] == ([((str(beside.pk), "Other"),)] if is_conflict else [])


def test_what_is_said_of_it(actor: Actor) -> None:
    live(actor, "Other", "deal.changed", stage("lost"), only_if=[leaf("value", "less_than", 500)])
    [conflict] = found(draft(actor, "Mine", "deal.changed", stage("won"), only_if=[leaf("value", "greater_than", 100)]))
    assert conflict.sentence == (
        "Two workflows write the same field. “Update a record” sets stage of the deal {{dealId}} to “won”; “Other” "
        "sets it to “lost”. Both can run for one event."
    )
    assert conflict.detail == "For example where value is 499."
    assert conflict.node_id == "a1"


def test_others_are_left_alone(actor: Actor) -> None:
    elsewhere = system_actor(PlatformAccount.objects.create(slug="globex", name="Globex").pk)
    live(elsewhere, "Theirs", "deal.changed", stage("lost"))
    draft(actor, "Unpublished", "deal.changed", stage("lost"))
    live(actor, "Another event", "deal.made", stage("lost"))
    mine = live(actor, "Mine", "deal.changed", stage("won"))
    assert kinds(mine) == []


def test_shadowed(actor: Actor) -> None:
    task = {"type": "create_task", "title": "Call"}
    big = [leaf("value", "greater_than", 1000)]
    live(actor, "Wide", "deal.won", task, only_if=[leaf("value", "greater_than", 100)])
    assert (
        "does the same for these events and for others"
        in found(draft(actor, "A", "deal.won", task, only_if=big))[0].sentence
    )
    assert "for its events and for others" in found(draft(actor, "B", "deal.won", task))[0].sentence
    assert kinds(draft(actor, "C", "deal.won", {**task, "title": "Mail"}, only_if=big)) == []
    assert kinds(draft(actor, "D", "deal.won", task, only_if=[leaf("region", "equals", "emea")])) == []


def test_a_chain_that_leads_back(actor: Actor) -> None:
    live(actor, "Second", "b.sent", send("c.sent"))
    live(actor, "Third", "c.sent", {"type": "trigger_workflow", "workflowId": "First"})
    first = draft(actor, "First", "a.sent", send("b.sent"))
    [conflict] = found(first)
    assert (conflict.kind, [name for _, name in conflict.workflows]) == ("loop", ["Second", "Third"])
    assert conflict.detail.startswith(
        "“First” → Send an event: b.sent → “Second” → Send an event: c.sent → “Third” → Start another workflow: "
    )


LOOPS: list[tuple[Any, Any, bool]] = [
    # Of a workflow that listens to deal.checked: its condition, its step, and whether it starts itself.
    ([], send("deal.checked"), True),
    ([leaf("value", "greater_than", 5)], send("deal.checked", value="{{value}}"), True),
    ([leaf("value", "greater_than", 5)], send("deal.checked", value=3), False),
    ([leaf("state", "not_equals", "done")], send("deal.checked", state="done"), False),
    ([leaf("value", "is_not_empty", None)], send("deal.checked"), False),
    ([], send("{{name}}"), False),
    ([], send("deal.other"), False),
]


@pytest.mark.parametrize(("only_if", "step", "is_loop"), LOOPS)
def test_one_that_starts_itself(actor: Actor, only_if: Any, step: Any, is_loop: bool) -> None:
    only_if = [{key: value for key, value in each.items() if value is not None} for each in only_if]
    assert kinds(draft(actor, "W", "deal.checked", step, only_if=only_if)) == (["loop"] if is_loop else [])


def test_what_is_handed_on_is_the_same_field_further_on(actor: Actor) -> None:
    small = [leaf("amount", "less_than", 10)]
    live(actor, "Small", "deal.sorted", send("deal.changed", value="{{amount}}"), only_if=small)
    hands_on = send("deal.sorted", amount="{{value}}")
    assert kinds(draft(actor, "Big", "deal.changed", hands_on, only_if=[leaf("value", "greater_than", 100)])) == []
    assert kinds(draft(actor, "Any", "deal.changed", hands_on, only_if=[leaf("value", "greater_than", 1)])) == ["loop"]


def failing_over_to(actor: Actor, workflow: Workflow, name: str, *, goes_live: bool = True) -> Workflow:
    settings = {"errorHandling": {"errorWorkflow": name}}
    workflow = update_draft(actor=actor, workflow=workflow, revision=workflow.revision, settings=settings)
    if goes_live:
        publish(actor=actor, workflow=workflow, now=timezone.now())
    return workflow


CALL = {"type": "call_api", "method": "POST", "url": "https://crm.example/x"}


def test_a_chain_by_way_of_an_error_workflow(actor: Actor) -> None:
    live(actor, "Mend", "mend.asked", send("deal.checked"))
    first = failing_over_to(actor, draft(actor, "Check", "deal.checked", CALL), "Mend", goes_live=False)
    [conflict] = found(first)
    assert (conflict.kind, conflict.sentence) == (
        "loop",
        "It can start itself again, by way of “Mend”. That is when a run of “Check” fails.",
    )
    assert conflict.detail.startswith(
        "“Check” → a run fails: starts the next → “Mend” → Send an event: deal.checked → “Check”."
    )


def test_one_that_is_live_fails_over_to_the_draft(actor: Actor) -> None:
    first = live(actor, "First", "a.sent", send("b.sent"))
    # By the id that the name stood for when it was published, and without a step that sends anything.
    failing_over_to(actor, draft(actor, "Second", "b.sent", CALL), "First")
    assert [conflict.sentence for conflict in found(first)] == [
        "It can start itself again, by way of “Second”. That is when a run of “Second” fails."
    ]


def test_failures_alone_never_go_round(actor: Actor) -> None:
    """The engine refuses an error workflow that led to the failure."""
    live(actor, "One", "one.asked", CALL)
    two = failing_over_to(actor, live(actor, "Two", "two.asked", CALL), "One")
    assert found(failing_over_to(actor, Workflow.objects.get(workflow_name="One"), "Two")) == []
    assert found(failing_over_to(actor, two, "Two", goes_live=False)) == []


def test_an_error_workflow_that_sends_what_does_not_fit(actor: Actor) -> None:
    live(actor, "Mend", "mend.asked", send("deal.checked", value=3))
    large = draft(actor, "Check", "deal.checked", CALL, only_if=[leaf("value", "greater_than", 5)])
    assert found(failing_over_to(actor, large, "Mend", goes_live=False)) == []


def test_records_that_settle(actor: Actor) -> None:
    counting = stage("{{revision}}", key="{{key}}")
    assert kinds(draft(actor, "Same again", "record.updated", stage("won", key="{{key}}"))) == []
    assert kinds(draft(actor, "Counts", "record.updated", counting)) == ["loop"]
    is_task = [leaf("recordType", "equals", "customer")]
    assert kinds(draft(actor, "Deals only", "record.updated", counting, only_if=is_task)) == []


def test_two_that_undo_each_other(actor: Actor) -> None:
    live(actor, "Back", "record.updated", stage("lost", key="{{key}}"))
    assert kinds(draft(actor, "Forth", "record.updated", stage("won", key="{{key}}"))) == ["write", "loop"]


def test_conditions_that_never_hold(actor: Actor) -> None:
    never = [leaf("value", "greater_than", 100), leaf("value", "less_than", 50)]
    [conflict] = found(draft(actor, "W", "deal.won", send("deal.won"), only_if=never))
    assert (conflict.kind, conflict.detail) == ("never", "What it asks of value cannot all be so at once.")
    always = [{"logic": "OR", "rules": [leaf("a", "equals", 1), leaf("a", "not_equals", 1)]}]
    assert kinds(draft(actor, "V", "deal.won", send("x.y"), only_if=always)) == ["always"]


def test_cases_that_are_never_reached(actor: Actor) -> None:
    cases = [
        {"name": "big", "conditions": leaf("value", "greater_than", 100)},
        {"name": "huge", "conditions": leaf("value", "greater_than", 1000)},
        {"name": "small", "conditions": leaf("value", "less_than", 10)},
    ]
    bands = [{"name": "low", "to": 10}, {"name": "five", "equals": 5}, {"name": "top", "from": 10}]
    data = graph(
        trigger("deal.won"),
        node("c", "condition", "condition", cases=cases),
        node("d", "condition", "condition", value="{{value}}", cases=bands),
        node("e", "condition", "condition", conditions=leaf("value", "less_than", 5)),
        node("s", "stop"),
        edges=[edge("trigger", "c"), edge("c", "d", "big"), edge("c", "e", "small"), edge("d", "s", "five"),
               edge("e", "s", "true")],
    )  # fmt: skip
    sentences = [each.sentence for each in found(create_workflow(actor=actor, name="W", workflow_data=data))]
    assert [sentence.split(" of ")[0] for sentence in sentences] == ["Case “huge”", "Case “five”"]


def test_a_way_that_what_comes_before_rules_out(actor: Actor) -> None:
    data = graph(
        trigger("deal.won"),
        node("c", "condition", "condition", conditions=leaf("value", "greater_than", 100)),
        node("d", "condition", "condition", conditions=leaf("value", "less_than", 50)),
        node("s", "stop"), node("t", "stop"),
        edges=[edge("trigger", "c"), edge("c", "d", "true"), edge("c", "t", "false"), edge("d", "s", "true"),
               edge("d", "t", "false")],
    )  # fmt: skip
    [conflict] = found(create_workflow(actor=actor, name="W", workflow_data=data))
    assert (conflict.kind, conflict.node_id) == ("unreachable", "d")


def test_lists_are_what_they_are_now(actor: Actor) -> None:
    create_list(actor=actor, name="EU", values=["de", "fr"])
    in_eu = [leaf("country", "in_list", "EU"), leaf("country", "equals", "us")]
    assert kinds(draft(actor, "W", "deal.won", send("x.y"), only_if=in_eu)) == ["never"]


@pytest.mark.parametrize("data", [{}, {"nodes": [trigger("a.b")]}, {"nodes": [node("a", "stop")]}])
def test_unfinished_drafts(actor: Actor, data: Any) -> None:
    assert kinds(create_workflow(actor=actor, name="W", workflow_data=data)) == []
