"""An event comes in through the Events API (Triggers' `POST /events`)."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.names import bounded_key, check_name
from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.batch import NewEvent
from opsflows.events.catalog import enter_names
from opsflows.events.models import Event
from opsflows.events.store import StoredEvent, store
from opsflows.jsontext import content_hash, dump_json
from opsflows.jsontext.field import JsonText

MAX_SOURCE_LENGTH = 255
#: What stands for a field that was not sent; null is something else.
ABSENT: Final = object()


class InvalidEvent(ValueError):  # noqa: N818  (an answer, not a fault)
    """What was sent is no event: `field` is wrong; `hint` says what would be right."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.hint = hint


class KeyUsedOtherwise(Exception):  # noqa: N818
    """The Idempotency-Key was sent before, with another body. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The stored event (the first one, unless `fresh`), and what should be better in what was sent."""

    event: Event
    fresh: bool
    warnings: tuple[str, ...]


def send(
    *,
    actor: Actor,
    type: Any,  # noqa: A002  (the contract's word)
    source: Any,
    payload: Any,
    idempotency_key: str | None = None,
    now: datetime.datetime,
) -> Sent:
    """Store an event of the actor's account, once per key.

    Without a key, an actor that deduplicates by content gets the SHA-256 of type, source and payload for one.

    Raises:
        Forbidden: the actor may not send events.
        InvalidEvent: type, source, payload or the key are not as the contract wants them.
        KeyUsedOtherwise: the key came before with something else.
    """
    actor.require(Permission.EVENTS_SEND)
    name, warnings = _checked_name(type)
    label = _checked_source(source)
    data = _checked_payload(payload)
    digest = content_hash({"type": name, "source": label, "payload": data})
    scope, key = _key(actor, idempotency_key, digest)
    new = NewEvent(name, key, now, JsonText(dump_json(data)), body_hash=digest)
    [stored] = store(
        account_id=actor.account_id,
        source_label=label,
        scope=scope,
        events=[new],
        door=Event.Door.API.value,
        now=now,
    )
    if stored.body_hash != digest:
        raise KeyUsedOtherwise
    enter_names(account_id=actor.account_id, names=[name])
    return Sent(_event(stored, new, actor.account_id, label, now), stored.fresh, warnings)


def _checked_name(name: Any) -> tuple[str, tuple[str, ...]]:
    name = _checked_text("type", name, "the event's name, such as order.shipped")
    problem = check_name(name)
    if problem is None:
        return name, ()
    if problem.fatal:
        raise InvalidEvent("type", problem.message, problem.suggestion)
    return name, (problem.message,)


def _checked_source(source: Any) -> str:
    label = _checked_text("source", source, "the system that sends, such as web-shop")
    if len(label) > MAX_SOURCE_LENGTH:
        raise InvalidEvent("source", f"source has at most {MAX_SOURCE_LENGTH} characters; this one has {len(label)}.")
    return label


def _checked_text(field: str, value: Any, meaning: str) -> str:
    if value is ABSENT:
        raise InvalidEvent(field, f"{field} is missing: {meaning}.")
    if not isinstance(value, str):
        raise InvalidEvent(field, f"{field} must be text: {meaning}.")
    if not value.strip():
        raise InvalidEvent(field, f"{field} is empty: {meaning}.")
    return value


def _checked_payload(payload: Any) -> Mapping[str, Any]:
    if not isinstance(payload, Mapping):
        wrong = "is missing" if payload is ABSENT else "must be an object"
        hint = 'Such as {"order_id": "ORD-123"}; send {} for an event without data.'
        raise InvalidEvent("payload", f"payload {wrong}.", hint)
    return payload


def _key(actor: Actor, idempotency_key: str | None, digest: str) -> tuple[str, str | None]:
    if idempotency_key is not None:
        if not idempotency_key.strip():
            raise InvalidEvent(
                "Idempotency-Key", "The header Idempotency-Key is empty; give it a value or leave it out."
            )
        return f"api:{actor.account_id}", bounded_key(idempotency_key)
    # A scope of its own, so that no key that somebody sends can be taken for a digest.
    return f"api-content:{actor.account_id}", digest if actor.deduplicate_by_content else None


def _event(stored: StoredEvent, new: NewEvent, account_id: uuid.UUID, label: str, now: datetime.datetime) -> Event:
    if stored.fresh:
        return Event(
            id=stored.id, account_id=account_id, name=new.name, source_label=label, received_at=now, occurred_at=now
        )
    return Event.objects.get(pk=stored.id)
