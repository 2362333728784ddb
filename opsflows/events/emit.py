"""Events of our own: stored in the transaction of whatever caused them, and from there like any other."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.events.catalog import enter_names
from opsflows.events.models import Event, EventKey, EventPayload
from opsflows.queue.bell import ring

#: How many workflows may stand between an event and the outside before the chain is taken for a loop.
MAX_DEPTH = 8


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
) -> uuid.UUID:
    """Store the event `name` inside the caller's transaction and return its id.

    With `key`, the same key again gives the first event's id and stores nothing.

    Raises:
        LoopError: the chain of causes is longer than `MAX_DEPTH`.
    """
    depth = 0 if cause is None else cause.depth + 1
    if depth > MAX_DEPTH:
        raise LoopError(
            f"This event would be number {depth} in a chain of workflows that start one another, so it was not sent: "
            f"at most {MAX_DEPTH} are allowed. Look for a workflow that listens to what it sends itself."
        )
    scope = f"emit:{account_id}"
    if key is not None:
        first = EventKey.objects.filter(scope=scope, key=key).values_list("event_id", flat=True).first()
        if first is not None:
            return first
    event = Event(
        account_id=account_id,
        door=Event.Door.STEP if cause else Event.Door.SYSTEM,
        name=name,
        source_label=source_label,
        occurred_at=now,
        received_at=now,
        depth=depth,
        cause_execution_id=cause.execution_id if cause else None,
        cause_step_id=cause.step_id if cause else "",
    )
    enter_names(account_id=account_id, names=[name])
    event.save(force_insert=True)
    EventPayload.objects.create(event=event, data=data)
    if key is not None:
        EventKey.objects.create(scope=scope, key=key, event_id=event.id, created_at=now)
    ring()
    return event.id
