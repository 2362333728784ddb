"""A person has done what a task asked for."""

import datetime
import uuid

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.records.models import Task


def complete_task(*, actor: Actor, task_id: uuid.UUID, now: datetime.datetime) -> Task:
    """Mark the task done; one that already was keeps its first time, and one that was cancelled stays so.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    tasks = Task.objects.filter(pk=task_id, account_id=actor.account_id)
    tasks.filter(status=Task.Status.OPEN).update(status=Task.Status.DONE, completed_at=now)
    return tasks.get()
