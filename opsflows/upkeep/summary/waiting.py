"""What waits in an account at this moment, the oldest of each kind, and tasks that are overdue."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from opsflows.events.models import Event, RoutingFailure
from opsflows.queue.written_out import written_out
from opsflows.records.models import Task
from opsflows.runs.models import QueueItem
from opsflows.upkeep.links import list_path, page_path


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest of one kind of waiting work."""

    what: str
    since: datetime
    path: str


@dataclass(frozen=True, slots=True)
class OverdueTask:
    """An open task past its due time."""

    title: str
    whose: str
    due_at: datetime
    path: str


def oldest_waiting(account_id: uuid.UUID, *, now: datetime) -> list[Waiting]:
    """What waits for a person, for a worker, or to be handed over; the oldest of each."""
    return sorted(_oldest(account_id, now), key=lambda waiting: waiting.since)


def _oldest(account_id: uuid.UUID, now: datetime) -> Iterator[Waiting]:
    for status, column, what in (
        ("held", "entered_at", "The run “{}” waits for somebody to decide"),
        ("queued", "scheduled_at", "The run “{}” waits for a worker"),
    ):
        is_so = written_out(f"workflow_queue.status = '{status}'")
        rows = QueueItem.objects.filter(is_so, account=account_id, **{f"{column}__lte": now}).order_by(column)
        first = rows.values_list(column, "workflow__workflow_name", "execution_id").first()
        if first is not None:
            yield Waiting(what.format(first[1]), first[0], page_path("runs.execution", first[2]))
    event = Event.objects.filter(account=account_id, routed_at=None).order_by("id")
    unrouted = event.values_list("received_at", "name", "id").first()
    if unrouted is not None:
        what = f"The event {unrouted[1]} waits to be handed over"
        yield Waiting(what, unrouted[0], page_path("events.event", unrouted[2]))
    aside = RoutingFailure.objects.filter(event__account=account_id, resolved_at=None).order_by("id")
    failed = aside.values_list("failed_at", "event__name").first()
    if failed is not None:
        yield Waiting(
            f"The event {failed[1]} was set aside", failed[0], list_path("events.routingfailure", "state=waiting")
        )


def overdue_tasks(account_id: uuid.UUID, *, now: datetime, most: int) -> list[OverdueTask]:
    """The first `most` of them, those due first."""
    is_open = written_out("tasks.status = 'open'")
    rows = Task.objects.filter(is_open, account=account_id, due_at__lt=now).select_related("assignee")
    return [
        OverdueTask(task.title, _whose(task), task.due_at, page_path("records.task", task.pk))
        for task in rows.order_by("due_at", "id")[:most]
        if task.due_at is not None
    ]


def _whose(task: Task) -> str:
    if task.assignee is not None:
        return task.assignee.get_full_name() or task.assignee.username
    return task.assigned_to or "nobody"
