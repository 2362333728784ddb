"""What a task asked for is not wanted any more, or is wanted after all."""

import uuid

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.records.hold import hold_task
from opsflows.records.models import Task


def cancel_task(*, actor: Actor, task_id: uuid.UUID) -> Task:
    """Cancel the task if it is open; one that is done stays so.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        task = hold_task(actor=actor, task_id=task_id)
        if task.status == Task.Status.OPEN:
            task.status = Task.Status.CANCELLED
            task.save()
    return task


def reopen_task(*, actor: Actor, task_id: uuid.UUID) -> Task:
    """Open the task again, done or cancelled.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        task = hold_task(actor=actor, task_id=task_id)
        if task.status != Task.Status.OPEN:
            task.status, task.completed_at = Task.Status.OPEN, None
            task.save()
    return task
