"""Give a task, or a record, to somebody."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.records.announce import task_event
from opsflows.records.assignee import Assignee
from opsflows.records.hold import hold_record, hold_task
from opsflows.records.models import Record, Task
from opsflows.records.tell_assignee import tell_assignee
from opsflows.records.update_record import save_changed


def assign_task(*, actor: Actor, task_id: uuid.UUID, to: Assignee, cause: Cause | None = None, now: datetime) -> Task:
    """The task is for `to` from now on, who is told; `task.assigned` is sent where that is another person.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        task = hold_task(actor=actor, task_id=task_id)
        before = task.assignee_id
        if (task.assigned_to, before) == (to.name, to.person and to.person.pk):
            return task
        task.assigned_to, task.assignee = to.name, to.person
        task.save()
        if to.person is not None and to.person.pk != before:
            task_event("task.assigned", task, cause=cause, now=now)
            tell_assignee(task, by=actor, now=now)
    return task


def assign_record(
    *, actor: Actor, record_id: uuid.UUID, to: Assignee, cause: Cause | None = None, now: datetime
) -> Record:
    """`to` owns the record from now on; `record.updated` is sent where that is another.

    Raises:
        Forbidden: the actor may not.
        Record.DoesNotExist: no such record in the actor's account.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        record = hold_record(actor=actor, record_id=record_id)
        if (record.owner_name, record.owner_id) != (to.name, to.person and to.person.pk):
            record.owner_name, record.owner = to.name, to.person
            save_changed(record, {"owner"}, cause=cause, now=now)
    return record
