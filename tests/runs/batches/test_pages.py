"""From the upload to the runs: preview, start, progress, and what of it each role may."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opsflows.queue.models import Job
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.batches import counts
from opsflows.runs.models import BatchPart, Execution, RunBatch
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, page
from tests.admin.conftest import _served, admin, alpha, beta, viewer
from tests.admin.world import World

__all__ = ["_served", "admin", "alpha", "beta", "viewer"]
pytestmark = pytest.mark.django_db

ADD = "/admin/runs/runbatch/add/"
LIST = "/admin/runs/runbatch/"


@pytest.fixture
def workflow(alpha: World) -> Workflow:
    return alpha.workflow("deals")


def upload(client: Client, workflow: Workflow, content: bytes, **data: Any) -> Any:
    file = SimpleUploadedFile("contacts.csv", content)
    return client.post(ADD, {"workflow": str(workflow.pk), "file": file, **data}, follow=True)


def test_upload_look_start(admin: Client, alpha: World, workflow: Workflow) -> None:
    assert f"{ADD}?workflow={workflow.pk}" in admin.get(page(workflow)).content.decode()
    assert admin.get(ADD, {"workflow": str(workflow.pk)}).context["form"]["workflow"].value() == str(workflow.pk)
    shown = upload(admin, workflow, b"customer,amount\nAda,7\nBob,8,9\n", numbers="on").content.decode()
    batch = RunBatch.objects.get()
    assert "1 row ready, 1 row left out" in shown
    assert "Line 3" in shown
    assert "Ada" in shown
    # The workflow compares `value`, which no column is called.
    assert "<code>value</code>" in shown
    assert not Job.objects.exists()

    assert admin.get(LIST, {"workflow": str(workflow.pk)}).context["cl"].result_list == [batch]
    other = alpha.workflow("other")
    assert admin.get(LIST, {"workflow": str(other.pk)}).context["cl"].result_list == []
    answer = admin.post(act(batch, "start"), follow=True).content.decode()
    assert "Started: a worker begins" in answer
    assert "data-live" in answer
    while run_one_job(holder="here"):
        pass
    done = admin.get(page(batch)).content.decode()
    assert "1 row started, 1 row left out" in done
    assert f"?batch={batch.pk}&amp;status=running" in done
    run = Execution.objects.get(origin="batch")
    assert run.trigger_data == {"customer": "Ada", "amount": 7}
    found = admin.get("/admin/runs/execution/", {"batch": str(batch.pk)}).context["cl"].result_list
    assert found == [run]
    assert page(batch) in admin.get(page(run)).content.decode()


def test_what_is_wrong_with_a_file_stands_beside_it(admin: Client, workflow: Workflow) -> None:
    answer = upload(admin, workflow, b"name,name\n")
    assert (answer.status_code, answer.context["form"].errors["file"]) == (
        400,
        ["Two columns are called “name”; give each a name of its own."],
    )
    answer = upload(admin, workflow, b"x" * (10 * 1024 * 1024 + 1))
    assert "at most 10,485,760 are taken" in str(answer.context["form"].errors["file"])
    assert not RunBatch.objects.exists()


def test_a_body_that_is_far_too_large_is_not_read(admin: Client, workflow: Workflow) -> None:
    for length in ("99999999999", "9" * 5000):
        answer = admin.post(f"{ADD}?workflow={workflow.pk}", {"workflow": "x"}, CONTENT_LENGTH=length, follow=True)
        assert "larger than 10 MB" in answer.content.decode()


def test_the_form_wants_its_token(alpha: World, workflow: Workflow) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alpha.admin)
    assert upload(client, workflow, b"name\nA\n").status_code == 403
    assert not RunBatch.objects.exists()


def test_another_accounts_workflow_is_no_choice(admin: Client, alpha: World, beta: World) -> None:
    theirs = beta.workflow("theirs")
    assert "theirs" not in admin.get(ADD, {"workflow": str(theirs.pk)}).content.decode()
    assert upload(admin, theirs, b"name\nA\n").status_code == 400
    assert not RunBatch.objects.exists()


def test_discard_stop_and_what_the_page_says(admin: Client, workflow: Workflow) -> None:
    upload(admin, workflow, b"name\nA\n")
    answer = admin.post(act(RunBatch.objects.get(), "discard"), follow=True)
    assert "Nothing was started." in answer.content.decode()
    assert (RunBatch.objects.count(), BatchPart.objects.count()) == (0, 0)
    upload(admin, workflow, b"name\nA\n")
    batch = RunBatch.objects.get()
    admin.post(act(batch, "start"))
    answer = admin.post(act(batch, "stop"), follow=True).content.decode()
    assert "0 rows started, which go on; 1 will not be started." in answer
    assert "There is nothing to stop" in admin.post(act(batch, "stop"), follow=True).content.decode()
    assert "this one is stopped" in admin.post(act(batch, "go-on"), follow=True).content.decode()


def test_a_batch_that_broke_off_says_why_and_goes_on(admin: Client, workflow: Workflow) -> None:
    upload(admin, workflow, b"name\nA\n")
    batch = RunBatch.objects.get()
    admin.post(act(batch, "start"))
    Job.objects.update(status="failed", error_message="OperationalError: the disk is full")
    html = admin.get(page(batch)).content.decode()
    assert "the disk is full" in html
    assert act(batch, "go-on") in html
    assert "It goes on where it stood" in admin.post(act(batch, "go-on"), follow=True).content.decode()
    assert run_one_job(holder="here") == 1
    assert Execution.objects.filter(origin="batch").count() == 1


def test_who_only_looks(viewer: Client, admin: Client, workflow: Workflow) -> None:
    upload(admin, workflow, b"name\nA\n")
    batch = RunBatch.objects.get()
    assert viewer.get(ADD).status_code == 403
    assert ADD not in viewer.get(page(workflow)).content.decode()
    html = viewer.get(page(batch)).content.decode()
    assert act(batch, "start") not in html
    assert viewer.post(act(batch, "start")).status_code == 403


def test_a_page_costs_the_same_however_many_runs_there_are(
    admin: Client, workflow: Workflow, alpha: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MOST", 5)
    upload(admin, workflow, b"name\n" + b"A\n" * 10)
    batch = RunBatch.objects.get()
    RunBatch.objects.update(began_at=batch.created_at, finished_at=batch.created_at, started=10)

    def runs(count: int, status: str) -> None:
        for _ in range(count):
            run = alpha.run(workflow, None, status=status)
            Execution.objects.filter(pk=run.pk).update(origin="batch", origin_id=batch.pk)

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            html = admin.get(page(batch)).content.decode()
        return len(captured), html

    runs(2, "failed")
    before, html = asked()
    assert ("Failed: 2" in html, "Done: 8" in html) == (True, True)
    runs(7, "failed")
    runs(1, "completed")
    after, html = asked()
    assert ("Failed: more than 5" in html, "Done: 1" in html) == (True, True)
    # One more: what is done is counted itself where another state is not counted to its end.
    assert after == before + 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
def test_states_are_counted_through_their_index(admin: Client, workflow: Workflow) -> None:
    upload(admin, workflow, b"name\nA\n")
    RunBatch.objects.update(started=1)
    batch = RunBatch.objects.get()
    with CaptureQueriesContext(connection) as captured:
        counts.runs_by_state(batch)
    for query in captured:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plan = " ".join(str(row) for row in cursor.fetchall())
        assert "INDEX run_by_batch" in plan
