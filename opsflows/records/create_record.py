"""Make a record."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import Cause
from opsflows.jsontext import dump_json
from opsflows.records.announce import record_made
from opsflows.records.assignee import NOBODY, Assignee
from opsflows.records.models import Record
from opsflows.records.tag_names import clean_tags, put_tags

#: Bytes of JSON that one record's fields may take.
MOST_DATA = 256 * 1024


class RecordExists(ValidationError):  # noqa: N818  (reads as the answer it becomes)
    """A record of this type has the key already."""


def create_record(
    *,
    actor: Actor,
    record_type: str,
    title: str,
    key: str | None = None,
    data: Mapping[str, Any] | None = None,
    tags: Iterable[str] = (),
    owner: Assignee = NOBODY,
    based_on: Record | None = None,
    cause: Cause | None = None,
    now: datetime,
) -> Record:
    """A new record; `record.created` is sent with it. `key` is its id elsewhere, once in the account and type.

    Raises:
        Forbidden: the actor may not.
        RecordExists: by field key.
        ValidationError: by field: type, title, key, data, tags.
    """
    actor.require(Permission.RECORDS_WRITE, account_id=based_on.account_id if based_on else None)
    names = clean_tags(tags)
    record = Record(
        account_id=actor.account_id,
        type=record_type,
        key=(key or "").strip() or None,
        title=" ".join(title.split())[:500],
        data=checked_data(data or {}),
        owner=owner.person,
        owner_name=owner.name,
        based_on=based_on,
        created_at=now,
        updated_at=now,
    )
    check_names(record)
    with transaction.atomic():
        _insert(record)
        put_tags(record, names, now)
        record_made(record, tags=names, cause=cause, now=now)
    return record


def find_record(*, account_id: uuid.UUID, record_type: str, key: str) -> Record | None:
    """The record that is called `key` elsewhere."""
    return Record.objects.filter(account=account_id, type=record_type, key=key.strip()).first() if key.strip() else None


def check_names(record: Record) -> None:
    """A form error unless type, key and title are such as records have."""
    record.clean_fields(exclude={field.name for field in Record._meta.fields} - {"type", "key", "title"})


def checked_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields; a form error where they are too large to keep."""
    size = len(dump_json(data).encode("utf-8"))
    if size > MOST_DATA:
        raise ValidationError({"data": f"The fields take {size:,} bytes; at most {MOST_DATA:,} are possible."})
    return dict(data)


def _insert(record: Record) -> None:
    try:
        # In a savepoint of its own: what the constraint refuses must not spoil the caller's transaction.
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        taken = record.key and find_record(account_id=record.account_id, record_type=record.type, key=record.key)
        if not taken:
            raise
        message = f"There is a {record.type} with the key “{record.key}” already; change that one, or give another key."
        raise RecordExists({"key": message}) from None
