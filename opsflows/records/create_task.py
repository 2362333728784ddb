"""Ask a person to do something."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.records.announce import task_event
from opsflows.records.assignee import NOBODY, Assignee
from opsflows.records.hold import hold_record
from opsflows.records.models import Task
from opsflows.records.tag_names import clean_tags, put_tags
from opsflows.records.tell_assignee import tell_assignee


def create_task(
    *,
    actor: Actor,
    title: str,
    description: str = "",
    to: Assignee = NOBODY,
    due_at: datetime | None = None,
    priority: str = Task.Priority.NORMAL,
    project: str = "",
    record_id: uuid.UUID | None = None,
    tags: Iterable[str] = (),
    cause: Cause | None = None,
    key: str | None = None,
    now: datetime,
) -> Task:
    """A new open task. `task.created` is sent, and `task.assigned` where a person is to do it, who is then told.

    `key` says which step made it; no two tasks have the same.

    Raises:
        Forbidden: the actor may not.
        Record.DoesNotExist: no such record in the actor's account.
        ValidationError: by field: title, priority, tags.
    """
    actor.require(Permission.RECORDS_WRITE)
    title, names = " ".join(title.split())[:500], clean_tags(tags)
    if not title:
        raise ValidationError({"title": "Say in a few words what is to be done."})
    check_priority(priority)
    with transaction.atomic():
        record = hold_record(actor=actor, record_id=record_id) if record_id else None
        task = Task(
            account_id=actor.account_id,
            title=title,
            description=description,
            assigned_to=to.name,
            assignee=to.person,
            due_at=due_at,
            priority=priority,
            project=" ".join(project.split())[:255],
            record=record,
            origin_key=key,
            execution_id=cause.execution_id if cause else None,
            created_at=now,
        )
        task.save(force_insert=True)
        put_tags(task, names, now)
        task_event("task.created", task, cause=cause, now=now)
        if to.person is not None:
            task_event("task.assigned", task, cause=cause, now=now)
            tell_assignee(task, by=actor, now=now)
    return task


def check_priority(priority: str) -> None:
    """A form error unless there is such a priority."""
    if priority not in Task.Priority.values:
        known = ", ".join(Task.Priority.values)
        raise ValidationError({"priority": f"{priority[:40]!r} is not a priority; use one of {known}."})
