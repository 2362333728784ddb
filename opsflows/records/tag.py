"""Put tags on a record or a task, and take them off."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.records.announce import record_changed
from opsflows.records.hold import hold_record, hold_task
from opsflows.records.log_activity import tell
from opsflows.records.models import Record, Task
from opsflows.records.tag_names import MOST, clean_tags, put_tags, tags_of


def tag_record(
    *,
    actor: Actor,
    record_id: uuid.UUID,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    cause: Cause | None = None,
    now: datetime,
) -> list[str]:
    """The record's tags afterwards. `record.updated` is sent where they changed.

    Raises:
        Forbidden: the actor may not.
        Record.DoesNotExist: no such record in the actor's account.
        ValidationError: by field tags.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        record = hold_record(actor=actor, record_id=record_id)
        tags, are_others = _change(actor, record, add, remove, cause, now)
        if are_others:
            record_changed(record, changed=["tags"], tags=tags, cause=cause, now=now)
    return sorted(tags)


def tag_task(
    *,
    actor: Actor,
    task_id: uuid.UUID,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    cause: Cause | None = None,
    now: datetime,
) -> list[str]:
    """The task's tags afterwards.

    Raises:
        Forbidden: the actor may not.
        Task.DoesNotExist: no such task in the actor's account.
        ValidationError: by field tags.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        tags, _ = _change(actor, hold_task(actor=actor, task_id=task_id), add, remove, cause, now)
    return sorted(tags)


def _change(
    actor: Actor, row: Record | Task, add: Iterable[str], remove: Iterable[str], cause: Cause | None, now: datetime
) -> tuple[set[str], bool]:
    """The tags afterwards, and whether they are others than before."""
    before, added = tags_of(row), clean_tags(add)
    gone = before.intersection(clean_tags(remove)).difference(added)
    new = [name for name in added if name not in before]
    if len(before) - len(gone) + len(new) > MOST:
        raise ValidationError({"tags": f"At most {MOST} tags are possible on one row."})
    for tag in row.tags.filter(name__in=gone):
        tag.delete()
    put_tags(row, new, now)
    for kind, names in (("tagged", new), ("untagged", sorted(gone))):
        if names:
            tell(actor=actor, about=row, kind=kind, text=", ".join(names), cause=cause, now=now)
    return (before - gone).union(new), bool(new or gone)
