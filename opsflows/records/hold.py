"""Rows of the actor's account, locked until the caller's transaction ends."""

import uuid

from opsflows.accounts.actor import Actor
from opsflows.records.models import Record, Task


def hold_task(*, actor: Actor, task_id: uuid.UUID) -> Task:
    """The task. Raises `Task.DoesNotExist` where the account has none of this id."""
    return Task.objects.select_for_update(no_key=True).get(pk=task_id, account_id=actor.account_id)


def hold_record(*, actor: Actor, record_id: uuid.UUID) -> Record:
    """The record. Raises `Record.DoesNotExist` where the account has none of this id."""
    return Record.objects.select_for_update(no_key=True).get(pk=record_id, account_id=actor.account_id)
