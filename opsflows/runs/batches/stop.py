"""Stop a batch that is under way, or put away one that never began."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.enqueue_job import cancel_job
from opsflows.runs.batches.begin import held
from opsflows.runs.batches.refusal import NotNow
from opsflows.runs.batches.standing import Standing, standing_of
from opsflows.runs.models import RunBatch


def stop_batch(*, actor: Actor, batch_id: uuid.UUID, now: datetime) -> RunBatch:
    """Start no more runs. Those that were started go on, and what was left of the list is deleted.

    Raises:
        Forbidden: the actor may not.
        RunBatch.DoesNotExist: no such batch in the actor's account.
        NotNow: it never began, or is over.
    """
    actor.require(Permission.RUNS_START)
    with transaction.atomic():
        # Locked before its job is, as the job's own pieces do.
        batch = held(actor=actor, batch_id=batch_id)
        standing = standing_of(batch)
        if standing not in (Standing.WAITING, Standing.RUNNING, Standing.FAILED):
            raise NotNow(f"There is nothing to stop: this batch is {standing.label.lower()}.")
        batch.cancelled_at = now
        batch.save(update_fields=["cancelled_at"])
        batch.parts.all().delete()
        if batch.job_id is not None:
            cancel_job(job_id=batch.job_id, now=now)
        detail = {"workflow": str(batch.workflow), "started": batch.started, "left": batch.left}
        record(actor=actor, action="batch.stopped", row=batch, detail=detail, now=now)
    return batch


def discard_batch(*, actor: Actor, batch_id: uuid.UUID) -> None:
    """Delete a batch that never began, with its list.

    Raises:
        Forbidden, RunBatch.DoesNotExist: as `stop_batch`.
        NotNow: it has begun.
    """
    actor.require(Permission.RUNS_START)
    with transaction.atomic():
        batch = held(actor=actor, batch_id=batch_id)
        if batch.began_at is not None:
            raise NotNow("This batch has begun, so it stays; stop it instead.")
        batch.delete()
