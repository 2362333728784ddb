"""Triggers that are no event: what a draft may say, what publishing asks for, and what rules and routing make of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor
from opsflows.runs.start_run import start_by_hand
from opsflows.workflows.activate import set_active
from opsflows.workflows.api_format import workflow_document
from opsflows.workflows.change_workflow import change_workflow
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.index import current_index
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.rule_form import to_graph, to_rule
from opsflows.workflows.rule_problems import rule_problems
from opsflows.workflows.triggers import in_words
from opsflows.workflows.validate import publish_problems, structure_problems
from tests.workflows.conftest import draft
from tests.workflows.rules import edge, graph, node, task, trigger

MANUAL = {"manual": True}
WORKDAYS = {"schedule": {"cron": "0 9 * * 1-5", "zone": ""}}
RULE: dict[str, Any] = {"name": "Clean up", "trigger": MANUAL, "actions": [{"type": "create_task", "title": "Look"}]}


def with_trigger(kind: str, /, **config: Any) -> dict[str, Any]:
    return graph(node("t", kind, "trigger", **config), task("a1"), edges=[edge("t", "a1")])


@pytest.mark.parametrize(
    ("kind", "config", "path", "message"),
    [
        ("manual", {"event": "deal.won"}, "nodes[t].config.event", "takes nothing"),
        ("schedule", {"cron": "0 9 * * *", "at": "9"}, "nodes[t].config.at", '"cron", "zone" and "data"'),
        ("event", {"cron": "0 9 * * *"}, "nodes[t].config.cron", 'takes only "event"'),
        ("clock", {}, "nodes[t].kind", "'event', 'manual' or 'schedule'"),
    ],
)
def test_a_draft_refuses_what_no_such_trigger_has(kind: str, config: Any, path: str, message: str) -> None:
    problems = {problem.path: problem.message for problem in structure_problems(with_trigger(kind, **config), {})}
    assert message in problems[path]


@pytest.mark.parametrize(
    ("config", "path", "message"),
    [
        ({}, "cron", "This field is required"),
        ({"cron": 5}, "cron", "Must be text"),
        ({"cron": "every day"}, "cron", "five fields"),
        ({"cron": "0 25 * * *"}, "cron", "Hour:"),
        ({"cron": "0 9 30 2 *"}, "cron", "names no time that ever comes"),
        ({"cron": "0 9 * * *", "zone": "Berlin"}, "zone", "Europe/Berlin"),
        ({"cron": "0 9 * * *", "zone": 5}, "zone", "Must be the name of a time zone"),
        ({"cron": "0 9 * * *", "data": ["a"]}, "data", "Give names with their values"),
        ({"cron": "0 9 * * *", "data": {"day": "{{yestreday}}"}}, "data", "yestreday"),
    ],
)
def test_publishing_asks_for_a_schedule_that_can_be_kept(config: Any, path: str, message: str) -> None:
    workflow_data = with_trigger("schedule", **config)
    assert not structure_problems(workflow_data, {})
    problems = {problem.path: problem.message for problem in publish_problems(workflow_data, {})}
    assert message in problems[f"nodes[t].config.{path}"]


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        ("event", {"event": "deal.won"}, "deal.won"),
        ("event", {}, ""),
        ("manual", {}, "somebody starts it"),
        ("schedule", {"cron": "0  9 * * 1-5", "zone": "Europe/Berlin"}, "Monday to Friday at 09:00 (Europe/Berlin)"),
        ("schedule", {"cron": "0 7 * * *"}, "Every day at 07:00 (the account’s time)"),
        ("schedule", {"cron": "²"}, "By the cron text ² (the account’s time)"),
        ("schedule", {}, ""),
        ("clock", {}, ""),
    ],
)
def test_a_trigger_in_words(kind: str, config: Any, words: str) -> None:
    assert in_words(kind, config) == words


texts = st.text("ab *0", max_size=5)
schedules = st.fixed_dictionaries(
    {},
    optional={
        "cron": st.none() | texts,
        "zone": st.none() | texts,
        "data": st.none() | st.dictionaries(texts, texts, max_size=2),
    },
)
triggers = st.just(MANUAL) | st.builds(lambda config: {"schedule": config}, schedules) | st.none() | texts.filter(bool)


@given(triggers, st.booleans())
def test_a_rule_and_its_graph_say_the_same_trigger(said: Any, is_named: bool) -> None:
    rule = {**RULE, "trigger": said, **({"triggerStep": {"id": "start", "label": "When"}} if is_named else {})}
    assert not rule_problems(rule)
    workflow_data = to_graph(rule)
    back = to_rule(workflow_data)
    assert back == {key: value for key, value in rule.items() if key != "name"}
    assert definition_hash(read_graph(to_graph(back)), {}) == definition_hash(read_graph(workflow_data), {})


@pytest.mark.parametrize("said", [{}, {"manual": False}, {"schedule": "0 9 * * *"}, {**MANUAL, **WORKDAYS}, ["a"], 5])
def test_what_no_trigger_says_is_refused_with_what_would_be_right(said: Any) -> None:
    [problem] = rule_problems({**RULE, "trigger": said})
    assert problem.path == "trigger"
    assert '{"manual": true}' in problem.message


@pytest.mark.parametrize("config", [{"event": 5}, {"event": None}])
def test_a_broken_event_is_no_rule(config: Any) -> None:
    assert to_rule(with_trigger("event", **config)) is None


@pytest.mark.django_db
def test_a_live_workflow_that_no_event_starts_is_in_no_index(editor: Actor, now: Any) -> None:
    listening, silent = draft(editor), draft(editor, RULE)
    for workflow in (listening, silent):
        publish(actor=editor, workflow=workflow, now=now)
    assert silent.published_version is not None
    assert (silent.is_active, silent.published_version.trigger_event) == (True, "")
    assert silent.trigger_config == {"kind": "manual"}
    assert current_index().size == 1
    set_active(actor=editor, workflow=silent, active=False, now=now)
    set_active(actor=editor, workflow=silent, active=True, now=now)
    assert current_index().size == 1


@pytest.mark.django_db
def test_it_is_started_by_hand(editor: Actor, now: Any) -> None:
    workflow = draft(editor, RULE)
    publish(actor=editor, workflow=workflow, now=now)
    run = start_by_hand(actor=editor, workflow_id=workflow.pk, data={"customer": "C1"}, now=now)
    assert (run.version_id, run.trigger_data) == (workflow.published_version_id, {"customer": "C1"})


@pytest.mark.django_db
def test_the_api_shows_it_and_takes_it_back_changed(editor: Actor, now: Any) -> None:
    workflow = draft(editor, RULE)
    shown = workflow_document(workflow)
    assert (shown["trigger"], shown["problems"]) == (MANUAL, [])
    same = change_workflow(actor=editor, workflow_id=workflow.pk, parts={"trigger": shown["trigger"]}, now=now)
    assert same.workflow.revision == workflow.revision
    changed = change_workflow(actor=editor, workflow_id=workflow.pk, parts={"trigger": WORKDAYS}, now=now).workflow
    assert changed.trigger_config == {"kind": "schedule", "cron": "0 9 * * 1-5", "zone": ""}
    assert workflow_document(changed)["trigger"] == WORKDAYS
    parts: Any = {"trigger": {"schedule": {"cron": "0 9 * *"}}}
    with pytest.raises(InvalidDefinition) as refused:
        change_workflow(actor=editor, workflow_id=workflow.pk, parts=parts, active=True, now=now)
    assert [problem.path for problem in refused.value.problems] == ["trigger.schedule.cron"]
    assert Workflow.objects.get(pk=workflow.pk).revision == changed.revision


def test_one_trigger_of_any_kind() -> None:
    two = graph(node("t", "manual", "trigger"), trigger(), task("a1"), edges=[edge("t", "a1"), edge("trigger", "a1")])
    assert "exactly one trigger" in {p.path: p.message for p in publish_problems(two, {})}["nodes"]
