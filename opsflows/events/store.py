"""The one insert: events, their deduplication keys and their payloads, in one commit."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from opsflows.events import store_postgresql, store_sqlite
from opsflows.events.batch import Batch, NewEvent
from opsflows.events.count_repeats import count_repeats
from opsflows.events.models import EventKey, Source
from opsflows.jsontext.field import JsonText

#: A key that was taken is normally found by the next statement; only its removal in between asks for another round.
ROUNDS = 4
#: SQLite bounds the parameters of a statement.
KEYS_AT_ONCE = 5000
_NO_HEADERS = JsonText("{}")


class SourceChanged(Exception):  # noqa: N818  (an answer, not a fault)
    """The source is not what the request was verified against: changed, switched off or gone. Nothing was stored."""


@dataclasses.dataclass(frozen=True, slots=True)
class StoredEvent:
    """Where an event is kept: under its own id when it is `fresh`, else under the id of the first with its key."""

    id: uuid.UUID
    fresh: bool
    body_hash: str


def store(
    *,
    account_id: uuid.UUID,
    source_id: uuid.UUID | None = None,
    source_revision: int = 0,
    source_label: str = "",
    scope: str,
    events: Sequence[NewEvent],
    body: bytes | None = None,
    headers: JsonText = _NO_HEADERS,
    door: str,
    now: datetime.datetime,
) -> list[StoredEvent]:
    """Store what is new of `events`, and say for each, in order, where it is kept.

    Copies that arrive at the same time wait for the first one's commit and then answer with its id; of two events with
    one key in the same call the second is the copy. Outside a transaction the insert is its own. Copies are counted
    (`EventRepeat`) by one more statement, which costs those that come first nothing.

    Raises:
        SourceChanged: the source is no longer active at `source_revision`.
    """
    first_of = _first_of_each_key(events)
    missing = sorted(first_of.values(), key=lambda event: event.key or "")
    batch = Batch(account_id, source_id, source_revision, source_label, scope, door, body, headers, now, missing)
    kept: dict[uuid.UUID, StoredEvent] = {}
    for _ in range(ROUNDS):
        fresh = _insert(batch)
        kept |= {event.id: StoredEvent(event.id, True, event.body_hash) for event in missing if event.id in fresh}
        if len(kept) < len(first_of):
            if not kept and not _is_listening(batch):
                raise SourceChanged
            kept |= _stored_before(scope, [event for event in missing if event.id not in kept])
        missing = [event for event in missing if event.id not in kept]
        if not missing:
            answers = _in_order(events, first_of, kept)
            count_repeats(_repeated(events, answers), now=now)
            return answers
        batch = dataclasses.replace(batch, events=missing)
    raise RuntimeError("Deduplication keys came and went while an event was being stored.")


def _first_of_each_key(events: Sequence[NewEvent]) -> dict[str | uuid.UUID, NewEvent]:
    first_of: dict[str | uuid.UUID, NewEvent] = {}
    for event in events:
        first_of.setdefault(event.identity, event)
    return first_of


def _in_order(
    events: Sequence[NewEvent], first_of: dict[str | uuid.UUID, NewEvent], kept: dict[uuid.UUID, StoredEvent]
) -> list[StoredEvent]:
    answers = []
    for event in events:
        first = first_of[event.identity]
        answer = kept[first.id]
        answers.append(answer if first is event else dataclasses.replace(answer, fresh=False))
    return answers


def _repeated(events: Sequence[NewEvent], answers: Sequence[StoredEvent]) -> list[uuid.UUID]:
    """Of what came, the ids of the events that were there already; what is another under the same key is no copy."""
    pairs = zip(events, answers, strict=True)
    return [answer.id for event, answer in pairs if not answer.fresh and answer.body_hash == event.body_hash]


def _insert(batch: Batch) -> set[uuid.UUID]:
    """The ids that were new."""
    if connection.vendor == "postgresql":
        return store_postgresql.insert(batch)
    with store_sqlite.turnstile(), transaction.atomic():
        return store_sqlite.insert(batch)


def _is_listening(batch: Batch) -> bool:
    if batch.source_id is None:
        return True
    return Source.objects.filter(pk=batch.source_id, revision=batch.source_revision, is_active=True).exists()


def _stored_before(scope: str, events: Sequence[NewEvent]) -> dict[uuid.UUID, StoredEvent]:
    """The events that hold the keys of `events`, by the ids of the latter.

    A statement of its own: the insert's snapshot does not show what the insert waited for.
    """
    wanted = {event.key: event for event in events if event.key is not None}
    keys = list(wanted)
    found = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        rows = EventKey.objects.filter(scope=scope, key__in=keys[start : start + KEYS_AT_ONCE])
        for key, event_id, body_hash in rows.values_list("key", "event_id", "body_hash"):
            # An id of ours was stored by an attempt whose connection broke before its answer came.
            found[wanted[key].id] = StoredEvent(event_id, event_id == wanted[key].id, body_hash)
    return found
