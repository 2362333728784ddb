"""When a task is due, and the project that it belongs to."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.records.hold import hold_task
from opsflows.records.models import Task


def set_due_date(*, actor: Actor, task_id: uuid.UUID, due_at: datetime | None) -> Task:
    """The task is due at `due_at`; None: at no time in particular.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    return _change(actor, task_id, "due_at", due_at)


def add_to_project(*, actor: Actor, task_id: uuid.UUID, project: str) -> Task:
    """The task belongs to `project`; empty: to none.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    return _change(actor, task_id, "project", " ".join(project.split())[:255])


def _change(actor: Actor, task_id: uuid.UUID, field: str, value: object) -> Task:
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        task = hold_task(actor=actor, task_id=task_id)
        if getattr(task, field) != value:
            setattr(task, field, value)
            task.save()
    return task
