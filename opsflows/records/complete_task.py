"""A person has done what a task asked for."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.records.announce import task_event
from opsflows.records.hold import hold_task
from opsflows.records.models import Task


def complete_task(*, actor: Actor, task_id: uuid.UUID, cause: Cause | None = None, now: datetime) -> Task:
    """Mark the task done and send `task.completed`; one that already was keeps its first time, and one that was
    cancelled stays so.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        task = hold_task(actor=actor, task_id=task_id)
        if task.status != Task.Status.OPEN:
            return task
        task.status, task.completed_at = Task.Status.DONE, now
        task.save()
        task_event("task.completed", task, cause=cause, now=now)
    return task
