"""A run for each row, once, whatever is repeated, ended in the middle or stopped."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.queue import run_jobs
from opsflows.queue.job_kinds import Slice
from opsflows.queue.models import Job
from opsflows.queue.run_jobs import LEASE, MAX_ATTEMPTS, run_one_job
from opsflows.runs.batches.begin import begin_batch, go_on_with_batch, start_rows
from opsflows.runs.batches.parts import SIZE
from opsflows.runs.batches.prepare import prepare_csv
from opsflows.runs.batches.refusal import NotNow, SentBefore, WrongList
from opsflows.runs.batches.standing import Standing, standing_of
from opsflows.runs.batches.stop import discard_batch, stop_batch
from opsflows.runs.batches.work import cells_by_column, start_part
from opsflows.runs.models import BatchPart, Execution, QueueItem, RunBatch
from opsflows.runs.start_run import NotStartable
from opsflows.upkeep.house import _lists_never_started, _rows_of_lists
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.runs.batches.conftest import GREET, csv_of, work
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

Make = Callable[..., RunBatch]


def one_piece(batch: RunBatch) -> Any:
    """A piece as a worker does it that does not come to say so."""
    job = Job.objects.get(pk=batch.job_id)
    piece = Slice(job.pk, job.account_id, job.key, job.params, job.state, 0, NOW)
    with transaction.atomic():
        return start_part(piece, cells_by_column)


def values() -> list[int]:
    return sorted(run.trigger_data["value"] for run in Execution.objects.all())


def test_nothing_happens_before_somebody_says_so(prepared: Make) -> None:
    batch = prepared(2)
    assert run_one_job(holder="here", now=NOW) == 0
    assert not Execution.objects.exists()
    assert (standing_of(batch), batch.left, BatchPart.objects.count()) == (Standing.PREPARED, 2, 1)


def test_each_row_has_a_run_with_its_fields(begun: Make, actor: Actor, workflow: Workflow, engine: Engine) -> None:
    batch = work(begun(b"name;value\nAda;7\nB;1;2\nCleo;x\n", numbers=True))
    assert (batch.total, batch.started, batch.skipped, batch.left) == (3, 2, 1, 0)
    assert batch.problems == [[3, "It has 3 cells, and the first line names 2 columns."]]
    assert standing_of(batch) is Standing.DONE
    runs = list(Execution.objects.order_by("id"))
    assert [run.trigger_data for run in runs] == [{"name": "Ada", "value": 7}, {"name": "Cleo", "value": "x"}]
    first = runs[0]
    assert (first.origin, first.origin_id, first.workflow, first.version_id) == (
        "batch",
        batch.pk,
        workflow,
        workflow.published_version_id,
    )
    assert first.origin_key == f"batch:{batch.pk}:2"
    assert not BatchPart.objects.exists()
    engine.settle()
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}
    assert AuditEntry.objects.latest("number").action == "batch.started"


def test_runs_of_a_batch_go_behind_what_comes_in(begun: Make, engine: Engine) -> None:
    work(begun(1))
    engine.emit("contact.added", name="Now")
    engine.route_elsewhere()
    low, normal = QueueItem.objects.get(execution__origin="batch"), QueueItem.objects.get(execution__origin="event")
    assert low.priority > normal.priority


def test_a_piece_that_is_done_twice_starts_nothing_twice(begun: Make, engine: Engine) -> None:
    batch = begun(3, numbers=True)
    part = BatchPart.objects.get()
    one_piece(batch)
    # As if the part's end and the count were lost, and the runs were not.
    RunBatch.objects.filter(pk=batch.pk).update(started=0, finished_at=None)
    BatchPart.objects.create(batch=batch, number=0, rows=bytes(part.rows))
    batch = work(batch)
    assert (values(), batch.started, standing_of(batch)) == ([1, 2, 3], 3, Standing.DONE)


def test_a_worker_that_dies_within_a_piece_leaves_nothing_of_it(
    begun: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begun(2 * SIZE + 1, numbers=True)
    noted = run_jobs._note

    def die(row: Job, *args: Any) -> bool:
        if row.done:
            raise SystemExit
        return noted(row, *args)

    monkeypatch.setattr(run_jobs, "_note", die)
    with pytest.raises(SystemExit):
        run_one_job(holder="here", now=NOW)
    monkeypatch.undo()
    # The first piece stands, the second is undone although its runs were written.
    batch.refresh_from_db()
    assert (Execution.objects.count(), batch.started, BatchPart.objects.count()) == (SIZE, SIZE, 2)
    assert standing_of(batch) is Standing.RUNNING
    assert run_one_job(holder="there", now=NOW) == 0
    assert run_one_job(holder="there", now=NOW + LEASE) == 2
    batch.refresh_from_db()
    assert (values(), standing_of(batch)) == (list(range(1, 2 * SIZE + 2)), Standing.DONE)


def test_stopped_in_the_middle_what_was_started_stays(begun: Make, actor: Actor, engine: Engine) -> None:
    batch = begun(2 * SIZE)
    one_piece(batch)
    batch = stop_batch(actor=actor, batch_id=batch.pk, now=NOW)
    assert Job.objects.get().status == "cancelled"
    assert run_one_job(holder="here", now=NOW) == 0
    assert (standing_of(batch), batch.left, BatchPart.objects.count()) == (Standing.CANCELLED, SIZE, 0)
    engine.settle()
    assert Execution.objects.filter(execution_status="completed").count() == SIZE
    with pytest.raises(NotNow, match="this batch is stopped"):
        stop_batch(actor=actor, batch_id=batch.pk, now=NOW)


def test_stopped_between_two_pieces_of_a_worker(
    begun: Make, actor: Actor, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begun(3 * SIZE)
    noted = run_jobs._write

    def then_stop(row: Job) -> bool:
        done = noted(row)
        if row.done == SIZE and row.status == Job.Status.RUNNING:
            monkeypatch.undo()
            # Inside the piece's transaction: what a person asks for comes right behind its commit.
            stop_batch(actor=actor, batch_id=batch.pk, now=NOW)
        return done

    monkeypatch.setattr(run_jobs, "_write", then_stop)
    run_one_job(holder="here", now=NOW)
    batch.refresh_from_db()
    assert (Job.objects.get().status, Execution.objects.count()) == ("cancelled", SIZE)
    assert (standing_of(batch), batch.started) == (Standing.CANCELLED, SIZE)


def test_one_version_does_the_whole_list(begun: Make, actor: Actor, workflow: Workflow, engine: Engine) -> None:
    batch = begun(SIZE + 1)
    one_piece(batch)
    rule = {"name": "Rule", "trigger": "contact.added", "actions": [{**GREET, "values": {"greeting": "Hi"}}]}
    workflow.refresh_from_db()
    update_draft(actor=actor, workflow=workflow, revision=workflow.revision, workflow_data=to_graph(rule))
    workflow.refresh_from_db()
    publish(actor=actor, workflow=workflow, now=NOW)
    work(batch)
    assert Execution.objects.values("version").distinct().count() == 1


def test_the_limit_of_starts_holds(live: Callable[..., Workflow], actor: Actor, engine: Engine) -> None:
    limited = live("a.b", GREET, name="Limited", settings={"maxExecutionsPerHour": 2, "throttleAction": "queue"})
    sent = [{"name": f"P{number}"} for number in range(5)]
    work(start_rows(actor=actor, workflow_id=limited.pk, sent=sent, now=NOW))
    engine.settle()
    assert Execution.objects.filter(execution_status="completed").count() == 2
    engine.pass_time(hours=1, seconds=1)
    assert Execution.objects.filter(execution_status="completed").count() == 4


def test_it_breaks_off_where_its_workflow_is_gone(
    begun: Make, actor: Actor, workflow: Workflow, engine: Engine
) -> None:
    batch = begun(SIZE + 1)
    one_piece(batch)
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=NOW)
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        run_one_job(holder="here", now=now)
        now += timedelta(hours=1)
    batch.refresh_from_db()
    assert (standing_of(batch), batch.started) == (Standing.FAILED, SIZE)
    assert "was deleted" in str(Job.objects.get().error_message)
    # As if it had been for another reason: what is left is still there.
    Workflow.every.update(deleted_at=None)
    go_on_with_batch(actor=actor, batch_id=batch.pk, now=NOW)
    batch = work(batch)
    assert (standing_of(batch), batch.started, Execution.objects.count()) == (Standing.DONE, SIZE + 1, SIZE + 1)
    with pytest.raises(NotNow, match="this one is done"):
        go_on_with_batch(actor=actor, batch_id=batch.pk, now=NOW)


def test_begun_once_and_put_away_only_before(prepared: Make, actor: Actor) -> None:
    batch, other = prepared(1), prepared(1)
    begin_batch(actor=actor, batch_id=batch.pk, now=NOW)
    with pytest.raises(NotNow, match="has begun already"):
        begin_batch(actor=actor, batch_id=batch.pk, now=NOW)
    with pytest.raises(NotNow, match="so it stays"):
        discard_batch(actor=actor, batch_id=batch.pk)
    discard_batch(actor=actor, batch_id=other.pk)
    assert RunBatch.objects.get() == batch
    with pytest.raises(RunBatch.DoesNotExist):
        begin_batch(actor=actor, batch_id=other.pk, now=NOW)


def test_what_cannot_begin(prepared: Make, actor: Actor, workflow: Workflow) -> None:
    with pytest.raises(WrongList, match=r"no row to start a run for\. Line 2: It has 2 cells"):
        prepared(b"name\nA,B\n")
    rule = {"trigger": "a.b", "actions": [GREET]}
    draft = create_workflow(actor=actor, name="Draft", workflow_data=to_graph(rule))
    with pytest.raises(NotStartable, match="never published"):
        prepared(1, workflow_id=draft.pk)
    batch = prepared(1)
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=NOW)
    with pytest.raises(NotStartable, match="was deleted"):
        begin_batch(actor=actor, batch_id=batch.pk, now=NOW)
    assert standing_of(RunBatch.objects.get()) is Standing.PREPARED


def test_a_key_is_one_batch(actor: Actor, workflow: Workflow) -> None:
    asked: dict[str, Any] = {"actor": actor, "workflow_id": workflow.pk, "key": "k", "now": NOW}
    first = start_rows(sent=[{"name": "A"}], **asked)
    assert start_rows(sent=[{"name": "A"}], **asked) == first
    with pytest.raises(SentBefore):
        start_rows(sent=[{"name": "B"}], **asked)
    assert (RunBatch.objects.count(), Job.objects.count()) == (1, 1)


def test_another_account_has_no_part_in_it(prepared: Make, workflow: Workflow) -> None:
    batch = prepared(1)
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    for stranger, refusal in (
        (system_actor(other.pk), RunBatch.DoesNotExist),
        (Actor(account_id=batch.account_id, user_id=None, role="viewer", door="page"), Forbidden),
    ):
        for verb in (begin_batch, stop_batch, go_on_with_batch):
            with pytest.raises(refusal):
                verb(actor=stranger, batch_id=batch.pk, now=NOW)
        with pytest.raises(refusal):
            discard_batch(actor=stranger, batch_id=batch.pk)
    with pytest.raises(Workflow.DoesNotExist):
        prepare_csv(
            actor=system_actor(other.pk), workflow_id=workflow.pk, content=csv_of(1), file_name="a.csv", now=NOW
        )
    assert not Job.objects.exists()


def test_a_job_that_upkeep_has_forgotten(begun: Make) -> None:
    batch = begun(1)
    Job.objects.all().delete()
    assert standing_of(batch) is Standing.CANCELLED
    batch.job_id = uuid.uuid4()
    assert standing_of(batch) is Standing.CANCELLED


def test_lists_that_nobody_needs_any_more_are_cleared_away(prepared: Make, begun: Make) -> None:
    waiting, broken, forgotten = begun(1), begun(1), begun(1)
    never = prepared(1)
    Job.objects.filter(pk=broken.job_id).update(status="failed", finished_at=NOW)
    Job.objects.filter(pk=forgotten.job_id).delete()
    for days, kept in ((6, {waiting, broken, forgotten, never}), (8, {waiting})):
        now = NOW + timedelta(days=days)
        # Ids tell when a row was made; these were made just now.
        later = now + (timezone.now() - NOW)
        for stage, at in ((_lists_never_started, later), (_rows_of_lists, now)):
            stage(at).delete()
        assert {part.batch for part in BatchPart.objects.select_related("batch")} == kept
    assert not RunBatch.objects.filter(pk=never.pk).exists()
    assert standing_of(RunBatch.objects.get(pk=broken.pk)) is Standing.FAILED


def test_a_piece_asks_no_more_for_a_long_list(begun: Make, engine: Engine) -> None:
    def asked(batch: RunBatch) -> int:
        with CaptureQueriesContext(connection) as captured:
            one_piece(batch)
        return len(captured)

    # The first of all compiles the definition.
    asked(begun(SIZE))
    assert asked(begun(SIZE + 1)) == asked(begun(20 * SIZE))
