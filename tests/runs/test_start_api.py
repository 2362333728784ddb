"""Starting a workflow through the API, and looking at the run."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.runs.models import Execution
from opsflows.workflows.activate import set_active
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

TASK = {"type": "create_task", "title": "Call {{name}}"}


@pytest.fixture
def client_as(account: PlatformAccount, actor: Actor, engine: Engine, settings: Any) -> Callable[[str], Client]:
    settings.SECURE_SSL_REDIRECT = False

    def make(role: str) -> Client:
        user = create_user(
            actor=actor,
            account=account,
            username=role,
            password="correct horse",
            email=f"{role}@example.com",
            role=role,
            now=engine.now,
        )
        key = issue_key(actor=actor, account=account, user=user, name=role, now=engine.now)
        return Client(headers={"Authorization": f"Bearer {key.text}"})

    return make


@pytest.fixture
def api(client_as: Callable[[str], Client]) -> Client:
    return client_as("editor")


@pytest.fixture
def workflow(live: Callable[..., Workflow]) -> Workflow:
    return live("deal.won", TASK)


def start(api: Client, workflow: Workflow, document: Any = None, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    document = {"data": {"name": "Ada"}} if document is None else document
    address = f"/api/workflows/{workflow.pk}/run"
    return api.post(address, json.dumps(document), content_type="application/json", headers=headers)


def test_a_run_is_started_and_can_be_looked_at(api: Client, engine: Engine, workflow: Workflow) -> None:
    answer = start(api, workflow)
    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["origin"], body["triggerEvent"]) == ("running", "api", None)
    assert answer.headers["Location"] == f"/api/workflows/{workflow.pk}/executions/{body['id']}"
    engine.settle()
    after = api.get(answer.headers["Location"]).json()
    assert after["steps"][0]["input"]["title"] == "Call Ada"
    assert api.get(f"/api/workflows/{workflow.pk}/executions").json()["results"] == [after]


@pytest.mark.parametrize("key", ["k", "x" * 1000, "schlüssel"])
def test_a_key_starts_once(api: Client, workflow: Workflow, key: str) -> None:
    first, again = start(api, workflow, key=key), start(api, workflow, key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == again.headers["Location"]
    other = start(api, workflow, {"data": {"name": "Bob"}}, key=key)
    assert (other.status_code, other.json()["error"]["field"]) == (409, "Idempotency-Key")
    assert Execution.objects.count() == 1


def test_two_that_come_at_once_are_one_run(api: Client, workflow: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    first = start(api, workflow, key="k").json()
    # The second does not see the first yet when it looks.
    look = Execution.objects.filter
    seen: list[object] = []

    def late(*args: Any, **named: Any) -> Any:
        if "origin_key" in named and not seen:
            seen.append(named)
            return Execution.objects.none()
        return look(*args, **named)

    monkeypatch.setattr(Execution.objects, "filter", late)
    again = start(api, workflow, key="k")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])


def test_a_body_may_be_left_out(api: Client, workflow: Workflow) -> None:
    assert api.generic("POST", f"/api/workflows/{workflow.pk}/run/").status_code == 201
    assert Execution.objects.get().trigger_data == {}


@pytest.mark.parametrize(
    ("document", "field"), [({"data": []}, "data"), ({"data": 7}, "data"), ({"payload": {}}, "payload"), ([], None)]
)
def test_what_is_wrong_is_named(api: Client, workflow: Workflow, document: Any, field: str | None) -> None:
    answer = start(api, workflow, document)
    assert (answer.status_code, answer.json()["error"].get("field")) == (400, field)
    assert start(api, workflow, key=" ").json()["error"]["field"] == "Idempotency-Key"
    assert not Execution.objects.exists()


def test_what_was_never_published_is_not_started(api: Client, actor: Actor) -> None:
    rule = {"trigger": "deal.won", "actions": [TASK]}
    draft = create_workflow(actor=actor, name="Draft", workflow_data=to_graph(rule))
    answer = start(api, draft)
    assert (answer.status_code, "never published" in answer.json()["error"]["message"]) == (409, True)


def test_a_paused_one_is(api: Client, actor: Actor, workflow: Workflow, engine: Engine) -> None:
    set_active(actor=actor, workflow=workflow, active=False, now=engine.now)
    assert start(api, workflow).status_code == 201


def test_who_may_not(
    client_as: Callable[[str], Client], workflow: Workflow, other: PlatformAccount, actor: Actor
) -> None:
    assert start(client_as("viewer"), workflow).status_code == 403
    assert Client().get(f"/api/workflows/{workflow.pk}/executions/{uuid.uuid4()}").status_code == 401
    Workflow.objects.filter(pk=workflow.pk).update(account=other)
    assert start(client_as("admin"), workflow).status_code == 404


@pytest.fixture
def other(db: None) -> PlatformAccount:
    return PlatformAccount.objects.create(slug="globex", name="Globex")


def test_runs_of_a_deleted_workflow_finish_and_stay(
    api: Client, actor: Actor, engine: Engine, live: Callable[..., Workflow]
) -> None:
    workflow = live("deal.won", {"type": "delay", "duration": "1 day"}, TASK)
    location = start(api, workflow).headers["Location"]
    engine.now = Execution.objects.get().started_at
    engine.settle()
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=engine.now)
    engine.emit("deal.won")
    engine.pass_time(days=1)
    assert Execution.objects.count() == 1
    assert api.get(location).json()["status"] == "completed"
    assert api.get(f"/api/workflows/{workflow.pk}/executions").status_code == 404


def test_a_run_of_another_account_or_workflow_is_not_there(
    api: Client, workflow: Workflow, other: PlatformAccount, live: Callable[..., Workflow]
) -> None:
    location = start(api, workflow).headers["Location"]
    assert api.get(location.replace(str(workflow.pk), str(live("a.b", TASK).pk))).status_code == 404
    Execution.objects.update(account=other)
    assert api.get(location).status_code == 404
    assert api.get(f"/api/workflows/{workflow.pk}/executions/nonsense").json()["error"]["code"] == "not_found"
