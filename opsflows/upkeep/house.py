"""What the house itself leaves behind: expired sessions, old jobs of no account, django-q2's log of tasks, lists
that no workflow is started for any more."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django_q.models import Task as TaskLog

from opsflows.queue.ids import first_id
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.queue.models import Job
from opsflows.runs.models import BatchPart, RunBatch

#: Rows deleted by one piece.
BATCH = 500
KEPT = timedelta(days=7)


def _sessions(now: datetime) -> QuerySet:
    return Session.objects.filter(expire_date__lt=now).order_by("expire_date")


def _jobs(now: datetime) -> QuerySet:
    old = Job.objects.filter(account=None, id__lt=first_id(now - KEPT), status__in=Job.TERMINAL)
    return old.order_by("id")


def _task_log(now: datetime) -> QuerySet:
    rows: QuerySet = TaskLog.objects.filter(stopped__lt=now - KEPT).order_by("stopped")
    return rows


def _lists_never_started(now: datetime) -> QuerySet:
    return RunBatch.objects.filter(began_at__isnull=True, id__lt=first_id(now - KEPT)).order_by("id")


def _rows_of_lists(now: datetime) -> QuerySet:
    """What is left of lists whose job broke off, or was stopped here."""
    unfinished = Job.objects.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).values("pk")
    left = BatchPart.objects.filter(batch__began_at__lt=now - KEPT)
    return left.exclude(batch__job_id__in=unfinished).order_by("id")


_STAGES: dict[str, Callable[[datetime], QuerySet]] = {
    "sessions": _sessions,
    "jobs": _jobs,
    "task log": _task_log,
    "lists never started": _lists_never_started,
    "rows of lists": _rows_of_lists,
}


def clean_house(piece: Slice) -> Progress:
    """One batch of one kind."""
    names = list(_STAGES)
    name = names[piece.state.get("stage", 0)]
    rows = _STAGES[name](piece.now)
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    if keys:
        rows.model._default_manager.filter(pk__in=keys).delete()
    deleted = dict(piece.state.get("deleted", {}))
    deleted[name] = deleted.get(name, 0) + len(keys)
    number = names.index(name) + (len(keys) < BATCH)
    return Progress(
        number == len(names),
        {"stage": number, "deleted": deleted},
        done=piece.done + len(keys),
        note=f"deleting {name}",
        result=deleted,
    )
