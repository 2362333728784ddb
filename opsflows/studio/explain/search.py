"""Find recent events by what they carry. No index knows payloads, so it looks back so far, and says how far."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from opsflows.events.models import Event
from opsflows.jsontext import read_stored
from opsflows.rules import MISSING, lookup
from opsflows.rules.text import to_text

#: Events that one search reads, and those that it shows.
LOOKED_AT = 2000
SHOWN = 20
_AT_ONCE = 50
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

    Texts compare without regard to case, numbers as they are written; of a list, one item is enough. One query over at
    most `LOOKED_AT` events, from `before` backwards.
    """
    rows = _rows(account_id, name, before)
    found: list[FoundEvent] = []
    looked_at, last, back_to = 0, None, None
    # A payload may be a megabyte, so not all of them are in memory at once.
    for event_id, event_name, received_at, text in rows.iterator(_AT_ONCE):
        looked_at, last, back_to = looked_at + 1, event_id, received_at
        where = _where(text, field, value) if text is not None and _may_hold(text, value) else None
        if where is not None:
            found.append(FoundEvent(event_id, event_name, received_at, where))
            if len(found) == SHOWN:
                break
    is_over = looked_at < LOOKED_AT and len(found) < SHOWN
    return Found(tuple(found), looked_at, back_to, None if is_over else last)


def _rows(account_id: uuid.UUID, name: str, before: uuid.UUID | None) -> QuerySet[Event, Any]:
    rows = Event.objects.filter(account=account_id).order_by("-id")
    if name:
        rows = rows.filter(name=name)
    if before is not None:
        rows = rows.filter(id__lt=before)
    data = Cast("payload__data", output_field=TextField())
    return rows.annotate(text=data).values_list("id", "name", "received_at", "text")[:LOOKED_AT]


def _may_hold(text: str, value: str) -> bool:
    """Whether it is worth while to read the payload: most do not hold the letters at all."""
    is_plain = value.isascii() and value.isprintable() and not set(value) & set('"\\/')
    return not is_plain or "\\u" in text or value.casefold() in text.casefold()


def _where(text: str, field: str, value: str) -> str | None:
    try:
        data = read_stored(text)
    except ValueError:
        return None
    scope = data if isinstance(data, dict) else {"data": data}
    wanted = value.casefold()
    if field:
        seen = lookup(scope, field)
        return field if seen is not MISSING and _is(seen, wanted) else None
    return next((path for path, seen in _values(scope) if _is(seen, wanted)), None)


def _is(seen: Any, wanted: str) -> bool:
    if isinstance(seen, list):
        return any(_is(item, wanted) for item in seen if not isinstance(item, list))
    return not isinstance(seen, dict) and to_text(seen).casefold() == wanted


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
