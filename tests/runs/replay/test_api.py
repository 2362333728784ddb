"""Taking runs up through the API."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.queue import run_jobs
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

Publish = Callable[..., Workflow]


@pytest.fixture
def api(account: PlatformAccount, actor: Actor, engine: Engine, settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = False
    # The door's own clock is the present.
    engine.now = timezone.now()
    user = create_user(
        actor=actor,
        account=account,
        username="ops",
        password="correct horse",
        email="ops@example.com",
        role="operator",
        now=engine.now,
    )
    key = issue_key(actor=actor, account=account, user=user, name="ops", now=engine.now)
    return Client(headers={"Authorization": f"Bearer {key.text}"})


def post(api: Client, path: str, document: Any = None, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post(path, json.dumps(document or {}), content_type="application/json", headers=headers)


def fail(engine: Engine, publish_flow: Publish, count: int = 1) -> list[Execution]:
    publish_flow(a={"type": "probe_outside"})
    OutsideProbe.script[:] = [Fail("no") for _ in range(count)]
    for _ in range(count):
        engine.emit("deal.won")
    engine.settle()
    return list(Execution.objects.order_by("id"))


def test_one_goes_on_or_is_started_again(api: Client, engine: Engine, publish_flow: Publish) -> None:
    [run] = fail(engine, publish_flow)
    answer = post(api, f"/api/executions/{run.pk}/retry")
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, str(run.pk), "running")
    refused = post(api, f"/api/executions/{run.pk}/retry")
    assert refused.status_code == 409
    assert "not over" in refused.json()["error"]["message"]
    engine.now = timezone.now() + timedelta(seconds=1)
    engine.settle()
    started = post(api, f"/api/executions/{run.pk}/retry", {"from": "start", "version": "newest"}, key="k")
    again = post(api, f"/api/executions/{run.pk}/retry", {"from": "start", "version": "newest"}, key="k")
    assert started.status_code == 201
    assert started.json()["replayOf"] == str(run.pk)
    assert started.json()["id"] == again.json()["id"]


def test_many(api: Client, engine: Engine, publish_flow: Publish) -> None:
    runs = fail(engine, publish_flow, 3)
    workflow = str(runs[0].workflow_id)
    answer = post(api, "/api/executions/retry", {"filter": {"workflowId": workflow, "status": "failed"}}, key="k")
    assert answer.status_code == 202
    job = answer.json()
    assert post(api, "/api/executions/retry", {"filter": {"workflowId": workflow}}, key="k").json()["id"] == job["id"]
    assert answer.headers["Location"] == f"/api/jobs/{job['id']}"
    run_jobs.run_one_job(holder="test", now=timezone.now() + timedelta(seconds=1))
    found = api.get(answer.headers["Location"]).json()
    assert (found["status"], found["done"], found["total"]) == ("completed", 3, 3)
    assert found["result"] == {"taken_up": 3, "refused": 0, "reasons": {}}
    assert api.delete(answer.headers["Location"]).status_code == 409


def test_a_job_is_stopped(api: Client, engine: Engine, publish_flow: Publish) -> None:
    [run] = fail(engine, publish_flow)
    job = post(api, "/api/executions/retry", {"ids": [str(run.pk)], "from": "start"}).json()
    stopped = api.delete(f"/api/jobs/{job['id']}")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "filter"),
        ({"filter": {}}, "filter"),
        ({"filter": []}, "filter"),
        ({"filter": {"status": "running"}}, "filter.status"),
        ({"filter": {"since": "yesterday"}}, "filter.since"),
        ({"filter": {"until": "2026-03-02"}}, "filter.until"),
        ({"filter": {"color": "red"}}, "color"),
        ({"ids": []}, "ids"),
        ({"ids": ["x"]}, "ids.0"),
        ({"ids": ["01a1f9d0-242b-72d9-ad22-df980805d30f"], "from": "middle"}, "from"),
        ({"ids": ["01a1f9d0-242b-72d9-ad22-df980805d30f"], "version": "newest"}, "version"),
        ({"ids": ["01a1f9d0-242b-72d9-ad22-df980805d30f"], "from": "start", "version": "old"}, "version"),
        ({"ids": ["01a1f9d0-242b-72d9-ad22-df980805d30f"]}, None),
    ],
)
def test_what_is_wrong_is_said_by_field(api: Client, document: Any, field: str | None) -> None:
    answer = post(api, "/api/executions/retry", document)
    assert answer.status_code == 400
    assert answer.json()["error"].get("field") == field
