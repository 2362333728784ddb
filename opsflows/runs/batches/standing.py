"""How a batch stands: what it says itself, and what its job says while there is one."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models

from opsflows.queue.models import Job
from opsflows.runs.models import RunBatch


class Standing(models.TextChoices):
    PREPARED = "prepared", "Not started"
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Under way"
    DONE = "completed", "Done"
    FAILED = "failed", "Broken off"
    CANCELLED = "cancelled", "Stopped"


#: Nothing more is started, unless somebody says so.
OVER = frozenset({Standing.DONE, Standing.FAILED, Standing.CANCELLED})

_BY_JOB = {
    Job.Status.QUEUED: Standing.WAITING,
    Job.Status.RUNNING: Standing.RUNNING,
    Job.Status.FAILED: Standing.FAILED,
    # Upkeep's page can stop any job.
    Job.Status.CANCELLED: Standing.CANCELLED,
}


def standing_of(batch: RunBatch) -> Standing:
    """How the batch stands; one query, where it depends on its job."""
    return standing_with(batch, jobs_of([batch]))


def job_of(batch: RunBatch) -> Job | None:
    """The job, as long as it is not forgotten."""
    return Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None


def jobs_of(batches: Iterable[RunBatch]) -> Mapping[UUID, Job]:
    """The jobs of those batches of which only the job can tell; one query."""
    asked = [batch.job_id for batch in batches if _own(batch) is None]
    return Job.objects.in_bulk(asked) if asked else {}


def standing_with(batch: RunBatch, jobs: Mapping[UUID, Job]) -> Standing:
    """`standing_of`, for many at once."""
    own = _own(batch)
    if own is not None:
        return own
    job: Any = jobs.get(batch.job_id) if batch.job_id else None
    # Jobs are forgotten when they are over: one that had not come to its end was stopped, or broke off.
    return Standing.CANCELLED if job is None else _BY_JOB.get(job.status, Standing.DONE)


def _own(batch: RunBatch) -> Standing | None:
    if batch.finished_at is not None:
        return Standing.DONE
    if batch.cancelled_at is not None:
        return Standing.CANCELLED
    return Standing.PREPARED if batch.began_at is None else None
