"""Do what is due of the jobs, piece by piece; the task that django-q2 runs beside the drains."""

import logging
import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from copy import copy
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F, Q

from opsflows.queue import clock
from opsflows.queue.backoff import backoff
from opsflows.queue.job_kinds import JobKind, Progress, Slice, job_kinds
from opsflows.queue.models import Job

logger = logging.getLogger(__name__)

#: Seconds a task goes on before it hands over. This and one piece stay below Q_CLUSTER's timeout.
LIFE = 90
#: How long a piece may take before others take its worker for dead.
LEASE = timedelta(seconds=60)
#: A piece that fails, or ends its worker, so often in a row ends its job.
MAX_ATTEMPTS = 5


def run_jobs(holder: str) -> int:
    """Entry point for django-q2: do due jobs for at most `LIFE` seconds; how many pieces were done.

    `holder` is the supervisor on whose behalf; a second task for the same one has nothing to do.
    """
    clock.compare()
    born, pieces = time.monotonic(), 0
    if is_busy(holder, now=clock.now()):
        return 0
    while time.monotonic() - born < LIFE and (done := run_one_job(holder=holder, born=born)):
        pieces += done
    return pieces


def is_busy(holder: str, *, now: datetime) -> bool:
    """Whether a worker of this supervisor is at a job."""
    return Job.objects.filter(status=Job.Status.RUNNING, holder=holder, lease_expires_at__gt=now).exists()


def run_one_job(*, holder: str, born: float | None = None, now: datetime | None = None) -> int:
    """Claim the job that has been due for longest and do its pieces; how many. 0: none is due.

    `now` stands for the clock throughout (tests). A job that is not finished within `LIFE` goes back to the queue.
    """
    start = time.monotonic() if born is None else born
    tell = clock.now if now is None else lambda: now
    row = _claim(holder, tell())
    if row is None:
        return 0
    if row.cancel_requested:
        _end(row, Job.Status.CANCELLED, tell())
        return 1
    if row.claims > MAX_ATTEMPTS:
        error = f"This was begun {MAX_ATTEMPTS} times and its worker ended each time, so it no longer holds up others."
        _end(row, Job.Status.FAILED, tell(), error=error)
        return 1
    kind = job_kinds().get(row.kind)
    if kind is None:
        _end(row, Job.Status.FAILED, tell(), error="Nothing here does jobs of this kind any more.")
        return 1
    pieces = 0
    while True:
        pieces += 1
        if not _piece(row, kind, tell):
            return pieces
        if time.monotonic() - start >= LIFE:
            _put_back(row, tell())
            return pieces


def _claim(holder: str, now: datetime) -> Job | None:
    ready = Q(status=Job.Status.QUEUED, scheduled_at__lte=now) | Q(status=Job.Status.RUNNING, lease_expires_at__lte=now)
    with transaction.atomic():
        row = Job.objects.select_for_update(skip_locked=True).filter(ready).order_by("scheduled_at", "id").first()
        if row is None:
            return None
        row.status, row.holder, row.worker_id = Job.Status.RUNNING, holder, uuid.uuid4()
        row.lease_expires_at, row.fence, row.claims = now + LEASE, row.fence + 1, row.claims + 1
        row.started_at = row.started_at or now
        row.save()
    return row


def _piece(row: Job, kind: JobKind, tell: Callable[[], datetime]) -> bool:
    """Do one piece; whether another may follow at once."""
    # A piece that fails while it is noted, or committed, leaves the job where it stood before.
    before = copy(row)
    piece = Slice(row.id, row.account_id, row.key, row.params, row.state, row.done, tell())
    try:
        with transaction.atomic() if kind.in_transaction else nullcontext():
            progress = kind.work(piece)
            # As of its end: then the job is over, and until then its lease was not renewed.
            held = _note(row, progress, tell())
            if not held and kind.in_transaction:
                raise _Lost
    except _Lost:
        logger.warning("Job %s was taken over by another worker; this piece is undone.", row.id)
        return False
    except (DatabaseError, InterfaceError) as error:
        logger.warning("Job %s: the database refused a piece (%s).", row.id, str(error).strip())
        return _fail(before, error, tell())
    except Exception as error:
        logger.exception("Job %s failed.", row.id)
        return _fail(before, error, tell())
    return held and row.status == Job.Status.RUNNING


class _Lost(Exception):  # noqa: N818  (it undoes the piece and goes no further)
    """The lease ran out meanwhile and somebody else has the job."""


def _note(row: Job, progress: Progress, now: datetime) -> bool:
    """Write how far the job has come; False where it is not ours any more."""
    row.state, row.done, row.total, row.note = dict(progress.state), progress.done, progress.total, progress.note[:255]
    row.attempts, row.claims, row.error_message, row.lease_expires_at = 0, 0, None, now + LEASE
    if progress.is_finished:
        row.status, row.result, row.finished_at = Job.Status.COMPLETED, progress.result, now
    elif Job.objects.filter(pk=row.pk, cancel_requested=True).exists():
        row.status, row.finished_at = Job.Status.CANCELLED, now
    return _write(row)


def _fail(row: Job, error: Exception, now: datetime) -> bool:
    row.attempts += 1
    text = f"{type(error).__name__}: {error}"
    if row.attempts >= MAX_ATTEMPTS:
        _end(row, Job.Status.FAILED, now, error=text)
        return False
    row.status, row.error_message, row.lease_expires_at = Job.Status.QUEUED, text, None
    row.scheduled_at = now + backoff(row.attempts, base=timedelta(seconds=10))
    _write(row)
    return False


def _put_back(row: Job, now: datetime) -> None:
    row.status, row.lease_expires_at, row.scheduled_at = Job.Status.QUEUED, None, now
    _write(row)


def _end(row: Job, status: Job.Status, now: datetime, *, error: str | None = None) -> None:
    row.status, row.error_message, row.finished_at = status, error, now
    _write(row)


_WRITTEN = (
    "status",
    "state",
    "done",
    "total",
    "note",
    "result",
    "error_message",
    "attempts",
    "claims",
    "lease_expires_at",
    "scheduled_at",
    "finished_at",
)


def _write(row: Job) -> bool:
    """Guarded by the fence: whoever lost the job in between changes nothing."""
    values = {name: getattr(row, name) for name in _WRITTEN}
    held = Job.objects.filter(pk=row.pk, fence=row.fence, worker_id=row.worker_id)
    if not held.update(**values, fence=F("fence") + 1):
        return False
    row.fence += 1
    return True
