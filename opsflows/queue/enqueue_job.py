"""Ask for a job, or for a running one to stop."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.queue.bell import ring
from opsflows.queue.job_kinds import job_kinds
from opsflows.queue.models import Job


def enqueue_job(
    *,
    kind: str,
    key: str,
    now: datetime,
    account_id: uuid.UUID | None = None,
    params: Mapping[str, Any] | None = None,
    due: datetime | None = None,
    created_by_id: uuid.UUID | None = None,
) -> Job:
    """The job called `key`: a new one, done from `due` (default: now) on, or the one that was asked for before.

    Inside the caller's transaction; the caller has checked who may.
    """
    if kind not in job_kinds():
        raise LookupError(f"No app brings jobs of the kind {kind!r}.")
    row = Job(
        kind=kind,
        account_id=account_id,
        key=key,
        params=dict(params or {}),
        scheduled_at=due or now,
        created_at=now,
        created_by_id=created_by_id,
    )
    Job.objects.bulk_create([row], ignore_conflicts=True)
    ring()
    return Job.objects.get(key=key)


def cancel_job(*, job_id: uuid.UUID, now: datetime) -> None:
    """Stop a job: at once where it waits, else behind the piece under way. What is done stays done."""
    queued = Job.objects.filter(pk=job_id, status=Job.Status.QUEUED)
    if not queued.update(status=Job.Status.CANCELLED, finished_at=now):
        # Whatever it has become meanwhile: a piece that fails puts its job back into the queue.
        Job.objects.filter(pk=job_id).exclude(status__in=Job.TERMINAL).update(cancel_requested=True)
