"""Begin a batch, go on with one whose job failed, and start a list that a program sent."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.jsontext import content_hash
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.ids import new_id
from opsflows.runs.batches.prepare import lay_down, rows_of, startable
from opsflows.runs.batches.refusal import NotNow, SentBefore
from opsflows.runs.batches.standing import Standing, standing_of
from opsflows.runs.models import RunBatch
from opsflows.runs.start_run import NotStartable
from opsflows.workflows.models import Workflow


def begin_batch(*, actor: Actor, batch_id: uuid.UUID, now: datetime) -> RunBatch:
    """Start the runs of a batch, one for each row, with what is published now.

    Raises:
        Forbidden: the actor may not.
        RunBatch.DoesNotExist: no such batch in the actor's account.
        NotNow: it has begun already.
        NotStartable: its workflow was deleted.
    """
    actor.require(Permission.RUNS_START)
    with transaction.atomic():
        batch = held(actor=actor, batch_id=batch_id)
        if batch.began_at is not None:
            raise NotNow("This batch has begun already.")
        return _begin(actor, batch, now)


def go_on_with_batch(*, actor: Actor, batch_id: uuid.UUID, now: datetime) -> RunBatch:
    """Begin once more where a batch stood whose job failed.

    Raises:
        Forbidden, RunBatch.DoesNotExist: as `begin_batch`.
        NotNow: its job did not fail, or what was left of the list is kept no more.
    """
    actor.require(Permission.RUNS_START)
    with transaction.atomic():
        batch = held(actor=actor, batch_id=batch_id)
        standing = standing_of(batch)
        if standing is not Standing.FAILED:
            raise NotNow(f"Only a batch that broke off goes on; this one is {standing.label.lower()}.")
        if not batch.parts.exists():
            raise NotNow("The rows that were left are kept no more; upload them as a new list.")
        _enqueue(actor, batch, now)
        record(actor=actor, action="batch.resumed", row=batch, detail=_detail(batch), now=now)
    return batch


def start_rows(
    *,
    actor: Actor,
    workflow_id: uuid.UUID,
    sent: Sequence[Mapping[str, Any]],
    name: str = "",
    key: str | None = None,
    now: datetime,
) -> RunBatch:
    """A batch of rows that a program sent, begun at once. With `key`, the same key again gives the first batch.

    Raises:
        Forbidden, Workflow.DoesNotExist, NotStartable, WrongList: as `prepare_csv`.
        SentBefore: the key came with another list before.
    """
    workflow = startable(actor=actor, workflow_id=workflow_id)
    rows = rows_of(sent)
    said = content_hash([name, [kept for _, kept in rows]])
    origin_key = None if key is None else content_hash([str(workflow.pk), key])
    if (first := _first(origin_key, said)) is not None:
        return first
    try:
        with transaction.atomic():
            batch = lay_down(
                actor=actor,
                workflow=workflow,
                name=name or f"{len(rows):,} row{'' if len(rows) == 1 else 's'}",
                source=RunBatch.Source.ROWS,
                asked="",
                rows=rows,
                origin_key=origin_key,
                content_hash=said,
                now=now,
            )
            return _begin(actor, batch, now)
    except IntegrityError:
        # The same request, sent twice at the same time: the other one was first.
        first = _first(origin_key, said)
        if first is None:
            raise
        return first


def held(*, actor: Actor, batch_id: uuid.UUID) -> RunBatch:
    """The batch, locked: against the piece of its job that is under way, and against others who decide about it."""
    return RunBatch.objects.select_for_update().get(pk=batch_id, account_id=actor.account_id)


def _begin(actor: Actor, batch: RunBatch, now: datetime) -> RunBatch:
    workflow = Workflow.every.get(pk=batch.workflow_id)
    if workflow.deleted_at is not None:
        raise NotStartable(f"“{workflow.workflow_name}” was deleted.")
    batch.version_id, batch.began_at = workflow.published_version_id, now
    _enqueue(actor, batch, now)
    record(actor=actor, action="batch.started", row=batch, detail=_detail(batch), now=now)
    return batch


def _enqueue(actor: Actor, batch: RunBatch, now: datetime) -> None:
    """A job for what is left; each source has its own kind (`jobs.py` of the room that knows its rows)."""
    job = enqueue_job(
        kind=f"batch.{batch.source}",
        key=f"batch:{batch.pk}:{new_id()}",
        account_id=batch.account_id,
        params={"batch": str(batch.pk)},
        created_by_id=actor.user_id,
        now=now,
    )
    batch.job_id = job.pk
    batch.save(update_fields=["version", "began_at", "job_id"])


def _first(origin_key: str | None, said: str) -> RunBatch | None:
    first = RunBatch.objects.filter(origin_key=origin_key).first() if origin_key else None
    if first is not None and first.content_hash != said:
        raise SentBefore("This Idempotency-Key was sent before with another list.")
    return first


def _detail(batch: RunBatch) -> dict[str, Any]:
    return {"workflow": str(batch.workflow), "source": batch.source, "asked": batch.asked, "rows": batch.total}
