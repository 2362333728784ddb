"""Write down what happened around a record or a task."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.records.hold import hold_record, hold_task
from opsflows.records.models import Activity, Record, Task

MOST_TEXT = 20_000


def log_activity(
    *,
    actor: Actor,
    text: str,
    kind: str = "note",
    record_id: uuid.UUID | None = None,
    task_id: uuid.UUID | None = None,
    cause: Cause | None = None,
    now: datetime,
) -> Activity:
    """A new activity about the record, the task, or both. It is never changed afterwards.

    Raises:
        Forbidden: the actor may not.
        Record.DoesNotExist, Task.DoesNotExist: no such row in the actor's account.
        ValidationError: by field: text, kind.
    """
    actor.require(Permission.RECORDS_WRITE)
    if not text.strip():
        raise ValidationError({"text": "Say what happened."})
    if not 0 < len(kind.strip()) <= 63:
        raise ValidationError({"kind": "Give a kind of 1 to 63 characters, such as note, call or meeting."})
    with transaction.atomic():
        record = hold_record(actor=actor, record_id=record_id) if record_id else None
        task = hold_task(actor=actor, task_id=task_id) if task_id else None
        if record is None and task is None:
            raise ValidationError({"text": "Say which record or task it is about."})
        return _write(actor, record, task, kind.strip(), text.strip(), cause, now)


def tell(*, actor: Actor, about: Record | Task, kind: str, text: str, cause: Cause | None, now: datetime) -> None:
    """An activity about a row that is held already, for what the row's own history does not tell."""
    record, task = (about, None) if isinstance(about, Record) else (None, about)
    _write(actor, record, task, kind, text, cause, now)


def _write(
    actor: Actor, record: Record | None, task: Task | None, kind: str, text: str, cause: Cause | None, now: datetime
) -> Activity:
    return Activity.objects.create(
        account_id=actor.account_id,
        record=record,
        task=task,
        at=now,
        kind=kind,
        text=text[:MOST_TEXT],
        user_id=actor.user_id,
        execution_id=cause.execution_id if cause else None,
    )
