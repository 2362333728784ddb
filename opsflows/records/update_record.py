"""Change a record's fields."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.records.announce import record_changed
from opsflows.records.create_record import check_names, checked_data
from opsflows.records.hold import hold_record
from opsflows.records.models import Record
from opsflows.records.tag_names import tags_of


class RecordMoved(ValidationError):  # noqa: N818  (reads as the answer it becomes)
    """Somebody else changed the record in between."""


def update_record(
    *,
    actor: Actor,
    record_id: uuid.UUID,
    title: str | None = None,
    data: Mapping[str, Any] | None = None,
    without: Iterable[str] = (),
    revision: int | None = None,
    cause: Cause | None = None,
    now: datetime,
) -> Record:
    """Set the fields in `data`, take away those in `without`, and leave the others as they are.

    Where nothing is different nothing is written and no event is sent; otherwise `record.updated` says what changed.
    `revision`, where given, is the one that the change started from.

    Raises:
        Forbidden: the actor may not.
        Record.DoesNotExist: no such record in the actor's account.
        RecordMoved: the record is no longer at `revision`.
        ValidationError: by field: title, data.
    """
    actor.require(Permission.RECORDS_WRITE)
    with transaction.atomic():
        record = hold_record(actor=actor, record_id=record_id)
        if revision is not None and revision != record.revision:
            raise RecordMoved(
                f"Somebody else changed this record: it is at revision {record.revision}, and this change started from "
                f"{revision}. Look at it once more."
            )
        changed = _apply(record, title, {**(data or {})}, set(without) - (data or {}).keys())
        if not changed:
            return record
        save_changed(record, changed, cause=cause, now=now)
    return record


def save_changed(record: Record, changed: set[str], *, cause: Cause | None, now: datetime) -> None:
    """Write a held record that was changed, and say so."""
    record.revision += 1
    record.updated_at = now
    check_names(record)
    record.save()
    record_changed(record, changed=changed, tags=tags_of(record), cause=cause, now=now)


def _apply(record: Record, title: str | None, data: dict[str, Any], without: set[str]) -> set[str]:
    before: dict[str, Any] = record.data
    merged = {name: value for name, value in {**before, **data}.items() if name not in without}
    changed = {name for name in before.keys() | merged.keys() if _differ(before, merged, name)}
    if changed:
        record.data = checked_data(merged)
    if title is not None and (title := " ".join(title.split())[:500]) != record.title:
        record.title = title
        changed.add("title")
    return changed


def _differ(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    if name not in before or name not in after:
        return True
    old, new = before[name], after[name]
    # To Python, true is 1.
    return old != new or isinstance(old, bool) is not isinstance(new, bool)
