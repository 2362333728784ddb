"""Find recent events by what they carry. No index knows payloads, so it looks back so far, and says how far."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from opsflows.events.find_by_key import ids_by_key
from opsflows.events.models import Event
from opsflows.jsontext import read_stored
from opsflows.rules import MISSING, lookup
from opsflows.studio.explain.wanted import Wanted

#: Events that one search reads, and those that it shows.
LOOKED_AT = 2000
SHOWN = 20
_AT_ONCE = 50
#: Stands for the field of an event that was found by its key.
BY_KEY = "its key"
#: Values of one payload that are compared where no field is named.
_MOST_VALUES = 5000


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event that carries what was looked for; `where` is the field."""

    id: uuid.UUID
    name: str
    received_at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the newest first."""

    events: tuple[FoundEvent, ...]
    looked_at: int
    #: When the oldest event that was looked at came; None where there is none.
    back_to: datetime | None
    #: Where the next search goes on; None where there is nothing older.
    before: uuid.UUID | None


def search(
    *, account_id: uuid.UUID, value: str, field: str = "", name: str = "", before: uuid.UUID | None = None
) -> Found:
    """The newest events whose `field` (any field, where it is empty) is `value`, of one `name` or of all.

    Texts compare without regard to case, numbers by what they are worth, however they are written; of a list, one item
    is enough. One query over at most `LOOKED_AT` events, from `before` backwards. Where no field is named, the event
    whose key it is comes first, however old it is: three queries more.
    """
    wanted = Wanted.of(value)
    rows = _rows(account_id, name, before)
    found = _by_key(account_id, value, name) if not field and before is None else []
    known = {event.id for event in found}
    looked_at, last, back_to = 0, None, None
    # A payload may be a megabyte, so not all of them are in memory at once.
    for event_id, event_name, received_at, text in rows.iterator(_AT_ONCE):
        looked_at, last, back_to = looked_at + 1, event_id, received_at
        where = _where(text, field, wanted) if text is not None and wanted.may_be_in(text) else None
        if where is not None and event_id not in known:
            found.append(FoundEvent(event_id, event_name, received_at, where))
            if len(found) >= SHOWN:
                break
    is_over = looked_at < LOOKED_AT and len(found) < SHOWN
    return Found(tuple(found), looked_at, back_to, None if is_over else last)


def _by_key(account_id: uuid.UUID, value: str, name: str) -> list[FoundEvent]:
    """The events that were sent under this key: a vendor's id of it, or an Idempotency-Key."""
    rows = Event.objects.filter(account=account_id, pk__in=ids_by_key(account_id=account_id, key=value)).order_by("-id")
    if name:
        rows = rows.filter(name=name)
    return [FoundEvent(event.pk, event.name, event.received_at, BY_KEY) for event in rows[:SHOWN]]


def _rows(account_id: uuid.UUID, name: str, before: uuid.UUID | None) -> QuerySet[Event, Any]:
    rows = Event.objects.filter(account=account_id).order_by("-id")
    if name:
        rows = rows.filter(name=name)
    if before is not None:
        rows = rows.filter(id__lt=before)
    data = Cast("payload__data", output_field=TextField())
    return rows.annotate(text=data).values_list("id", "name", "received_at", "text")[:LOOKED_AT]


def _where(text: str, field: str, wanted: Wanted) -> str | None:
    try:
        data = read_stored(text)
    except ValueError:
        return None
    scope = data if isinstance(data, dict) else {"data": data}
    if field:
        seen = lookup(scope, field)
        return field if seen is not MISSING and wanted.is_(seen) else None
    return next((path for path, seen in _values(scope) if wanted.is_(seen)), None)


def _values(scope: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    waiting: list[tuple[str, Any]] = [("", scope)]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        path, value = waiting.pop()
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
        if inner is None:
            yield path, value
        else:
            waiting += [(f"{path}.{key}" if path else str(key), each) for key, each in inner]
