"""The events that records and tasks send, for workflows that listen to them.

One that would make the chain of workflows too long is left out: what it tells of stands, only its echo is one too many.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from opsflows.events.emit import Cause, LoopError, emit
from opsflows.records.models import Record, Task

logger = logging.getLogger(__name__)

_left_out: ContextVar[list[str] | None] = ContextVar("left_out", default=None)


@contextmanager
def noting_left_out() -> Iterator[list[str]]:
    """Gives a list that fills with one sentence for every kind of event that is left out inside the block."""
    notes: list[str] = []
    token = _left_out.set(notes)
    try:
        yield notes
    finally:
        _left_out.reset(token)


def record_changed(
    record: Record, *, changed: Iterable[str], tags: Iterable[str], cause: Cause | None, now: datetime
) -> None:
    """`record.updated`, with the names of what changed."""
    data = {**_record(record, tags), "changed": sorted(changed)}
    _send("record.updated", record, data, cause=cause, now=now)


def record_made(record: Record, *, tags: Iterable[str], cause: Cause | None, now: datetime) -> None:
    """`record.created`."""
    _send("record.created", record, _record(record, tags), cause=cause, now=now)


def task_event(name: str, task: Task, *, cause: Cause | None, now: datetime) -> None:
    """One of `task.created`, `task.assigned`, `task.completed`."""
    _send(name, task, _task(task), cause=cause, now=now)


def _send(name: str, row: Record | Task, data: dict[str, Any], *, cause: Cause | None, now: datetime) -> None:
    try:
        emit(account_id=row.account_id, name=name, data=data, cause=cause, now=now)
    except LoopError as error:
        note = f"{name}: {error}"
        notes = _left_out.get()
        if notes is None:
            logger.warning("%s", note)
        elif note not in notes:
            notes.append(note)


def _record(record: Record, tags: Iterable[str]) -> dict[str, Any]:
    return {
        "recordId": str(record.pk),
        "recordType": record.type,
        "key": record.key,
        "title": record.title,
        "data": record.data,
        "tags": sorted(tags),
        "owner": record.owner_name,
        "revision": record.revision,
    }


def _task(task: Task) -> dict[str, Any]:
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
    }
