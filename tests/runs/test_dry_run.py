"""The dry run says what a run would do, does none of it, and leaves nothing behind."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.runs.dry_run import DryRun, dry_run
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.workflows.errors import InvalidDefinition, NotPublished
from opsflows.workflows.kinds import DatabaseKind, OutsideKind
from opsflows.workflows.models import Workflow
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.runs.conftest import NOW
from tests.workflows.rules import check, edge, graph, node, stop, trigger
from tests.workflows.test_worked_examples import DEAL, EXAMPLES

BIG = {"rules": [{"field": "value", "operator": "greater_than", "value": 100000}]}
ASK = {"type": "webhook", "url": "https://crm.example/deals", "headers": {"Authorization": "Bearer s3cret"}}
TASK = {"type": "create_task", "title": "Call {{customerName}}", "dueDate": "+1 day"}


@pytest.fixture(autouse=True)
def _no_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would write or send fails loudly."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a dry run did something")

    for kind in all_kinds().values():
        if isinstance(kind, DatabaseKind):
            monkeypatch.setattr(type(kind), "apply", never)
        if isinstance(kind, OutsideKind):
            monkeypatch.setattr(type(kind), "call", never)
    monkeypatch.setattr("socket.socket.connect", never)


def drafted(actor: Actor, *actions: dict[str, Any], settings: Any = None, **rule: Any) -> Workflow:
    rule = {"trigger": "deal.won", "actions": list(actions), **rule}
    return create_workflow(actor=actor, name="Rule", workflow_data=to_graph(rule), settings=settings)


def tried(actor: Actor, workflow: Workflow, published: bool = False, **data: Any) -> DryRun:
    before = rows()
    found = dry_run(actor=actor, workflow=workflow, data=data, published=published, now=NOW)
    assert rows() == before
    return found


def rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: cursor.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in tables}


def one(actor: Actor, *actions: dict[str, Any], **data: Any) -> TriedStep:
    return tried(actor, drafted(actor, *actions), **data).steps[-1]


def test_rules_own_example(actor: Actor) -> None:
    workflow = drafted(actor, ASK, TASK, conditions=BIG)
    found = tried(actor, workflow, customerName="Test Company", value=150000, vendor="aws")
    condition, ask, task = found.steps
    assert (found.starts, found.status, found.version, found.error) == (True, "completed", None, None)
    assert (condition.status, condition.verdict, condition.outcome) == ("evaluated", True, "true")
    assert "150000" in str(condition.explanation)
    assert (ask.status, ask.input["url"]) == ("would_run", "https://crm.example/deals")
    assert ask.input["body"]["value"] == 150000
    assert "s3cret" not in str(found)
    assert (task.status, task.input["title"], task.output) == ("would_run", "Call Test Company", None)


def test_an_event_that_would_start_nothing(actor: Actor) -> None:
    found = tried(actor, drafted(actor, TASK, conditions=BIG), value=7)
    [condition] = found.steps
    assert (found.starts, condition.verdict, condition.outcome) == (False, False, "false")


@pytest.mark.parametrize(("value", "taken"), [(1, "yes"), (None, "no")])
def test_the_branch_that_is_taken(actor: Actor, value: Any, taken: str) -> None:
    edges = [edge("trigger", "c1"), edge("c1", "yes", "true"), edge("c1", "no", "false")]
    workflow = create_workflow(
        actor=actor, name="x", workflow_data=graph(trigger(), check("c1"), stop("yes"), stop("no"), edges=edges)
    )
    assert [step.id for step in tried(actor, workflow, value=value).steps] == ["c1", taken]


def test_time_passes_only_while_it_waits(actor: Actor) -> None:
    wait = {"type": "delay", "duration": "2 days"}
    delay, task = tried(actor, drafted(actor, wait, {**TASK, "title": "{{today}}"})).steps
    assert (delay.status, delay.at, delay.until) == ("would_wait", NOW, NOW + timedelta(days=2))
    assert (task.at, task.input["title"]) == (NOW + timedelta(days=2), "2026-03-04")


def test_a_wait_longer_than_the_run_may_take(actor: Actor) -> None:
    wait = {"type": "delay", "duration": "2 days"}
    found = tried(actor, drafted(actor, wait, TASK, settings={"timeout": "1 hour"}))
    assert (found.status, found.ends_at) == ("timeout", NOW + timedelta(hours=1))


def test_values_that_steps_set_are_known_to_later_ones(actor: Actor) -> None:
    sets = {"type": "set", "values": {"greeting": "Hello {{customerName}}"}, "formulas": {"fee": "value * 0.1"}}
    found = tried(actor, drafted(actor, sets, {**TASK, "title": "{{greeting}}: {{fee}}"}), customerName="Ada", value=50)
    assert found.steps[0].output == {"greeting": "Hello Ada", "fee": 5}
    assert found.steps[1].input["title"] == "Hello Ada: 5.0"


def test_a_missing_variable_is_warned_about(actor: Actor) -> None:
    assert "customerName" in one(actor, TASK).warnings[0]


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ({**TASK, "priority": "{{urgency}}"}, "priority: "),
        ({**ASK, "url": "{{address}}"}, "url"),
        ({"type": "set", "formulas": {"fee": "value * 2"}}, "value is not in the event"),
        ({"type": "delay", "duration": "{{how_long}}"}, ""),
    ],
)
def test_the_error_that_a_step_would_meet(actor: Actor, action: dict[str, Any], error: str) -> None:
    workflow = drafted(actor, action, TASK)
    found = tried(actor, workflow, urgency="very", address="ftp://x", how_long="soon")
    [step] = found.steps
    assert (step.status, found.status) == ("would_fail", "failed")
    assert error in (step.error or "")


def test_error_handling_decides_what_comes_after_a_failure(actor: Actor) -> None:
    broken = {"type": "set", "formulas": {"fee": "value * 2"}}
    workflow = drafted(actor, broken, TASK, settings={"errorHandling": {"onError": "continue"}})
    found = tried(actor, workflow)
    assert [step.status for step in found.steps] == ["would_fail", "would_run"]
    assert found.status == "completed"


def test_what_a_step_that_is_not_run_would_answer_is_noted_as_unknown(actor: Actor) -> None:
    reads = {**TASK, "title": "{{steps.a1.output.body.name}}", "priority": "{{steps.a1.output.status}}"}
    ask, task = tried(actor, drafted(actor, ASK, reads)).steps
    assert ask.status == "would_run"
    assert task.status == "unknown"
    assert "steps.a1.output.body.name is what “Call a URL” answers" in task.notes[0]
    assert task.warnings == []


def test_a_formula_on_an_unknown_answer_does_not_end_the_run(actor: Actor) -> None:
    reads = {"type": "set", "formulas": {"fee": "steps.a1.output.status * 2"}}
    found = tried(actor, drafted(actor, ASK, reads, TASK))
    assert [step.status for step in found.steps] == ["would_run", "unknown", "would_run"]
    assert found.status == "completed"


def test_a_condition_on_an_unknown_answer_says_so(actor: Actor) -> None:
    leaf = {"field": "steps.a1.output.status", "operator": "equals", "value": 200}
    nodes = (trigger(), node("a1", "webhook", "webhook", url="https://crm.example"), stop("end"))
    asks = node("c1", "condition", "condition", conditions=leaf)
    edges = [edge("trigger", "a1"), edge("a1", "c1"), edge("c1", "end", "true")]
    workflow = create_workflow(actor=actor, name="x", workflow_data=graph(*nodes, asks, edges=edges))
    condition = tried(actor, workflow).steps[1]
    assert "steps.a1.output.status is what" in condition.notes[0]


def test_a_stop_that_fails(actor: Actor) -> None:
    found = tried(actor, drafted(actor, {"type": "stop", "outcome": "failure", "reason": "No {{x}}"}, TASK), x="deal")
    assert (found.status, found.error) == ("failed", "Stop: No deal")


def test_the_draft_or_what_is_published(actor: Actor, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", {**TASK, "title": "old"})
    rule = {"trigger": "deal.won", "actions": [{**TASK, "title": "new"}]}
    workflow = update_draft(actor=actor, workflow=workflow, revision=1, workflow_data=to_graph(rule))
    assert tried(actor, workflow).steps[0].input["title"] == "new"
    found = tried(actor, workflow, published=True)
    assert (found.version, found.steps[0].input["title"]) == (1, "old")


def test_there_must_be_something_to_try(actor: Actor) -> None:
    with pytest.raises(NotPublished):
        tried(actor, drafted(actor, TASK), published=True)
    with pytest.raises(InvalidDefinition, match="message"):
        tried(actor, drafted(actor, {"type": "slack"}))
    with pytest.raises(InvalidDefinition, match="at least one step"):
        tried(actor, drafted(actor))


def test_a_stranger_tries_nothing(actor: Actor) -> None:
    elsewhere = PlatformAccount.objects.create(slug="globex", name="Globex")
    stranger = Actor(account_id=elsewhere.pk, user_id=None, role="admin", door="api")
    with pytest.raises(Forbidden):
        tried(stranger, drafted(actor, TASK))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_rules_worked_examples(actor: Actor, name: str, settings: Any) -> None:
    call_command("loaddata", "message_templates", verbosity=0)
    settings.SLACK_WEBHOOK_URL = "https://hooks.slack.com/services/T/B/s3cret"
    rule = json.loads(EXAMPLES[name])
    workflow = create_workflow(actor=actor, name=name, workflow_data=to_graph(rule))
    found = tried(actor, workflow, **DEAL)
    assert [step.kind for step in found.steps if step.kind != "condition"] == [each["type"] for each in rule["actions"]]
    assert {step.status for step in found.steps} <= {"evaluated", "would_run", "would_fail"}
    for step in found.steps:
        assert (step.status == "would_fail") == (step.kind == "salesforce_create"), step
    assert "s3cret" not in str(found)


@pytest.fixture
def api(account: PlatformAccount, actor: Actor, settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = False
    now = datetime.now(UTC)
    user = create_user(
        actor=actor,
        account=account,
        username="vi",
        password="correct horse",
        email="vi@example.com",
        role="viewer",
        now=now,
    )
    key = issue_key(actor=actor, account=account, user=user, name="reader", now=now)
    return Client(headers={"Authorization": f"Bearer {key.text}"})


def send(api: Client, workflow: Workflow, document: Any) -> Any:
    return api.post(f"/api/workflows/{workflow.pk}/test", json.dumps(document), content_type="application/json")


def test_through_the_api(api: Client, actor: Actor) -> None:
    workflow = drafted(actor, ASK, TASK, conditions=BIG)
    api.get("/api/workflows")  # The first use of a key in a minute is noted.
    before = rows()
    answer = send(api, workflow, {"dryRun": True, "testData": {"customerName": "Test Company", "value": 150000}})
    body = answer.json()
    assert answer.status_code == 200, body
    assert rows() == before
    assert (body["starts"], body["status"], body["version"]) == (True, "completed", "draft")
    condition, ask, task = body["steps"]
    assert (condition["verdict"], condition["outcome"], condition["output"]) == (True, "true", None)
    assert condition["explanation"]["children"][0]["seen"] == 150000
    assert (ask["input"]["method"], task["input"]["title"]) == ("POST", "Call Test Company")
    assert send(api, workflow, {}).json()["starts"] is False


def test_problems_that_stand_in_the_way_are_named_as_the_sender_calls_them(api: Client, actor: Actor) -> None:
    answer = send(api, drafted(actor, {"type": "slack"}), {})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "actions[0].message")
    body = send(api, drafted(actor, TASK, trigger="Bad Name"), {}).json()
    assert [problem["path"] for problem in body["problems"]] == ["trigger"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"dryRun": False}, "dryRun"),
        ({"dryRun": 1}, "dryRun"),
        ({"testData": []}, "testData"),
        ({"version": 1}, "version"),
        ({"data": {}}, "data"),
        ([], None),
    ],
)
def test_what_is_wrong_is_named(api: Client, actor: Actor, document: Any, field: str | None) -> None:
    answer = send(api, drafted(actor, TASK), document)
    assert (answer.status_code, answer.json()["error"].get("field")) == (400, field)


def test_in_earnest_is_another_address(api: Client, actor: Actor) -> None:
    hint = send(api, drafted(actor, TASK), {"dryRun": False}).json()["error"]["hint"]
    assert "POST /api/workflows/:id/run" in hint


def test_what_was_never_published_is_no_version_to_try(api: Client, actor: Actor) -> None:
    assert send(api, drafted(actor, TASK), {"version": "published"}).status_code == 409


def test_all_tables_are_counted(actor: Actor) -> None:
    assert {model._meta.db_table for model in apps.get_models()} <= rows().keys()
