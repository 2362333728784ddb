"""Events of our own: stored in the transaction of whatever caused them, and from there like any other."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from opsflows.events.catalog import enter_names
from opsflows.events.models import Event, EventKey, EventPayload
from opsflows.events.note import note_received
from opsflows.queue.bell import ring

#: How many workflows may stand between an event and the outside before the chain is taken for a loop.
MAX_DEPTH = 8
#: Only the removal of a key between two statements asks for another round.
_ROUNDS = 3


class LoopError(Exception):
    """The chain of events and workflows is too long; the message says where it was cut."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The run and step that emit, and how deep that run already stands."""

    execution_id: uuid.UUID
    step_id: str
    depth: int


def emit(
    *,
    account_id: uuid.UUID,
    name: str,
    data: Any,
    now: datetime,
    cause: Cause | None = None,
    key: str | None = None,
    source_label: str = "opsflows",
    door: Event.Door = Event.Door.SYSTEM,
) -> uuid.UUID:
    """Store the event `name` inside the caller's transaction and return its id.

    `door` says what sent it where no step did (`cause`).

    With `key`, the same key again gives the first event's id and stores nothing, also where two ask at the same time.

    Raises:
        LoopError: the chain of causes is longer than `MAX_DEPTH`.
    """
    depth = 0 if cause is None else cause.depth + 1
    if depth > MAX_DEPTH:
        raise LoopError(
            f"This event would be number {depth} in a chain of workflows that start one another, so it was not sent: "
            f"at most {MAX_DEPTH} are allowed. Look for a workflow that listens to what it sends itself."
        )
    scope = _scope(account_id)
    if key is not None and (first := _first_with(scope, key)) is not None:
        return first
    event = Event(
        account_id=account_id,
        door=Event.Door.STEP if cause else door,
        name=name,
        source_label=source_label,
        occurred_at=now,
        received_at=now,
        depth=depth,
        cause_execution_id=cause.execution_id if cause else None,
        cause_step_id=cause.step_id if cause else "",
    )
    # The caller's transaction, where there is one: a key never stands without its event.
    with transaction.atomic(savepoint=False):
        if key is not None and (taken_by := _take_key(scope, key, event.id, now)) != event.id:
            return taken_by
        enter_names(account_id=account_id, names=[name])
        event.save(force_insert=True)
        EventPayload.objects.create(event=event, data=data)
        transaction.on_commit(partial(note_received, event.door, [(name, event.id)]))
        ring()
    return event.id


def keys_taken(account_id: uuid.UUID, keys: Collection[str]) -> set[str]:
    """Which of `keys` were emitted with before: one query for many, for those who would otherwise ask one by one."""
    rows = EventKey.objects.filter(scope=_scope(account_id), key__in=keys)
    return set(rows.values_list("key", flat=True))


def _scope(account_id: uuid.UUID) -> str:
    return f"emit:{account_id}"


def _take_key(scope: str, key: str, event_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """The event that has the key from now on. Who else is about to take it is waited for, and then goes first."""
    row = EventKey(scope=scope, key=key, event_id=event_id, created_at=now)
    for _ in range(_ROUNDS):
        # No IntegrityError: it would spoil the transaction of whatever emits.
        EventKey.objects.bulk_create([row], ignore_conflicts=True)
        if (first := _first_with(scope, key)) is not None:
            return first
    raise RuntimeError("A deduplication key came and went while an event was being sent.")


def _first_with(scope: str, key: str) -> uuid.UUID | None:
    return EventKey.objects.filter(scope=scope, key=key).values_list("event_id", flat=True).first()
