"""Open tasks that are past their due time, each told once for each due time it is given."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from opsflows.queue.written_out import written_out
from opsflows.records.models import Task
from opsflows.upkeep.links import absolute, page_path
from opsflows.upkeep.sweep.notice import Cursor, Notice

NAME = "task.overdue"


def overdue(*, after: Cursor | None, limit: int, now: datetime) -> tuple[list[Notice], Cursor | None]:
    """Up to `limit` of them behind `after`, by account and due time, and where the next ones begin (None: no more)."""
    is_open = written_out("tasks.status = 'open'")
    rows = Task.objects.filter(is_open, due_at__lt=now, account__is_active=True).select_related("assignee")
    if after is not None:
        account_id, due_at, task_id = uuid.UUID(after[0]), datetime.fromisoformat(after[1]), uuid.UUID(after[2])
        same = Q(account=account_id)
        rows = rows.filter(
            Q(account__gt=account_id) | same & (Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=task_id)),
            account__gte=account_id,
        )
    found = list(rows.order_by("account_id", "due_at", "id")[:limit])
    return [_notice(task) for task in found], _behind(found) if len(found) == limit else None


def _behind(found: Sequence[Task]) -> Cursor:
    last = found[-1]
    assert last.due_at is not None  # noqa: S101  (it was filtered by it)
    return (str(last.account_id), last.due_at.isoformat(), str(last.pk))


def _notice(task: Task) -> Notice:
    assert task.due_at is not None  # noqa: S101  (it was filtered by it)
    return Notice(task.account_id, NAME, f"{NAME}:{task.pk}:{task.due_at.isoformat()}", _data(task))


def _data(task: Task) -> dict[str, Any]:
    """As the catalog describes it: what the other events of tasks carry, and where to look."""
    person = task.assignee
    return {
        "taskId": str(task.pk),
        "title": task.title,
        "status": task.status,
        "priority": task.priority,
        "project": task.project,
        "dueAt": task.due_at,
        "assignedTo": task.assigned_to,
        "assigneeName": (person.get_full_name() or person.username) if person else None,
        "assigneeEmail": (person.email or None) if person else None,
        "recordId": str(task.record_id) if task.record_id else None,
        "executionId": str(task.execution_id) if task.execution_id else None,
        "link": absolute(page_path("records.task", task.pk)),
    }
