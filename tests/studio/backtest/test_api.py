"""A backtest through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.issue_key import issue_key
from opsflows.queue.run_jobs import run_one_job
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World
from tests.studio.backtest.conftest import came_in, leaf, rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(alpha: World) -> Workflow:
    workflow = alpha.workflow(
        "Deal alert", trigger="deal.won", conditions={"rules": [leaf("value", "greater_than", 30)]}
    )
    draft = rule({"rules": [leaf("value", "less_than", 50)]})
    update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, workflow_data=draft)
    return workflow


@pytest.fixture
def api(alpha: World) -> Client:
    key = issue_key(actor=alpha.actor, account=alpha.account, user=alpha.admin, name="k", now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {key.text}"})


def post(api: Client, workflow: Workflow, body: Any = None) -> Any:
    return api.post(f"/api/workflows/{workflow.pk}/backtests", body or {}, content_type="application/json")


def test_asked_for_and_read(api: Client, alpha: World, flow: Workflow) -> None:
    events = [
        came_in(alpha.account, {"value": 10 * n}, timezone.now() - timedelta(hours=n, minutes=1)) for n in range(1, 8)
    ]
    answer = post(api, flow, {"days": 7})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert post(api, flow).status_code == 409
    while run_one_job(holder="here"):
        pass
    found = api.get(answer["Location"]).json()
    assert {key: found[key] for key in ("status", "events", "draft", "published", "both", "version")} == {
        "status": "done",
        "events": 7,
        "draft": 4,
        "published": 4,
        "both": 1,
        "version": 1,
    }
    assert found["newlyCaught"] == [str(each.pk) for each in events[:3]]
    assert found["noLongerCaught"] == [str(each.pk) for each in events[4:]]
    assert sum(day["events"] for day in found["days"]) == 7
    assert {"kind": "email", "to": "finance@acme.example", "draft": 4}.items() <= found["sent"][0].items()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": True}, "days"),
        ({"days": 1, "since": "2026-01-01T00:00:00Z"}, "days"),
        ({"since": "2026-01-01T00:00:00Z"}, "until"),
        ({"since": "2026-01-01", "until": "2026-01-02T00:00:00Z"}, "since"),
        ({"since": "2026-01-03T00:00:00Z", "until": "2026-01-02T00:00:00Z"}, "since"),
        ({"since": "2026-01-03T00:00:00Z", "until": "2126-01-02T00:00:00Z"}, "until"),
        ({"since": "0001-01-01T00:00:00+14:00", "until": "0001-01-02T00:00:00Z"}, "since"),
        ({"since": "2026-01-03T00:00:00Z", "until": "9999-12-31T23:59:59-14:00"}, "until"),
        ({"period": 1}, "period"),
    ],
)
def test_what_is_wrong_is_named(api: Client, flow: Workflow, body: Any, field: str) -> None:
    answer = post(api, flow, body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_what_is_not_there(api: Client, beta: World, flow: Workflow) -> None:
    assert post(api, beta.workflow("Theirs")).status_code == 404
    assert api.get(f"/api/workflows/{flow.pk}/backtests/{flow.pk}").status_code == 404
    assert api.get(f"/api/workflows/{flow.pk}/backtests/x").status_code == 404
