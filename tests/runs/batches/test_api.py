"""`POST /api/workflows/:id/batch` and `GET /api/batches/:id`."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.models import Execution, RunBatch
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.batches.conftest import GREET
from tests.runs.test_start_api import client_as

__all__ = ["client_as"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(client_as: Callable[[str], Client]) -> Client:
    return client_as("editor")


def start(api: Client, workflow: Workflow, document: Any, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    url = f"/api/workflows/{workflow.pk}/batch"
    return api.post(url, document, content_type="application/json", headers=headers)


def test_a_list_is_started_and_followed(api: Client, workflow: Workflow) -> None:
    answer = start(api, workflow, {"name": "May", "rows": [{"name": "A"}, {"name": "B"}]})
    assert answer.status_code == 202
    said = answer.json()
    assert (said["status"], said["total"], said["left"], said["runs"]) == ("waiting", 2, 2, {})
    assert run_one_job(holder="here") == 1
    batch = RunBatch.objects.get()
    said = api.get(answer.headers["Location"]).json()
    assert (said["id"], said["name"], said["status"], said["started"]) == (str(batch.pk), "May", "completed", 2)
    assert said["runs"] == {"running": {"count": 2, "hasMore": False}}
    assert [run.trigger_data for run in Execution.objects.order_by("id")] == [{"name": "A"}, {"name": "B"}]


def test_the_same_key_starts_one_list(api: Client, workflow: Workflow) -> None:
    rows = {"rows": [{"name": "A"}]}
    first, again = start(api, workflow, rows, "k"), start(api, workflow, rows, "k")
    assert (first.status_code, again.status_code, first.json()["id"]) == (202, 202, again.json()["id"])
    answer = start(api, workflow, {"rows": [{"name": "B"}]}, "k")
    assert (answer.status_code, answer.json()["error"]["field"]) == (409, "Idempotency-Key")
    assert RunBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], None),
        ({}, "rows"),
        ({"rows": []}, "rows"),
        ({"rows": {}}, "rows"),
        ({"rows": [{}] * 1001}, "rows"),
        ({"rows": [{}, 1]}, "rows.1"),
        ({"rows": [{}], "name": 1}, "name"),
        ({"rows": [{}], "name": "x" * 256}, "name"),
        ({"rows": [{}], "other": 1}, "other"),
    ],
)
def test_what_is_wrong_is_named(api: Client, workflow: Workflow, document: Any, field: str | None) -> None:
    answer = start(api, workflow, document)
    assert (answer.status_code, answer.json()["error"].get("field")) == (400, field)
    assert not RunBatch.objects.exists()


def test_who_may_and_whose_it_is(
    client_as: Callable[[str], Client], api: Client, workflow: Workflow, actor: Any
) -> None:
    viewer = client_as("viewer")
    assert start(viewer, workflow, {"rows": [{}]}).status_code == 403
    location = start(api, workflow, {"rows": [{}]}).headers["Location"]
    assert viewer.get(location).status_code == 200
    draft = create_workflow(actor=actor, name="D", workflow_data=to_graph({"trigger": "a.b", "actions": [GREET]}))
    assert start(api, draft, {"rows": [{}]}).status_code == 409
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    RunBatch.objects.update(account=other)
    Workflow.objects.filter(pk=workflow.pk).update(account=other)
    assert api.get(location).status_code == 404
    assert start(api, workflow, {"rows": [{}]}).status_code == 404
    assert api.get("/api/batches/nonsense").status_code == 404
