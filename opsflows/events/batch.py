"""What is handed to the one insert."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from opsflows.jsontext.field import JsonText
from opsflows.queue.ids import new_id


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be stored. `key` deduplicates within the batch's scope (None: never a duplicate).

    `data` is what conditions and templates read; `body_hash` is compared by callers whose contract asks whether a
    repeated key carried the same request.
    """

    name: str
    key: str | None
    occurred_at: datetime.datetime
    data: JsonText
    body_hash: str = ""
    id: uuid.UUID = field(default_factory=new_id)

    @property
    def identity(self) -> str | uuid.UUID:
        """What two copies of one event have in common."""
        return self.id if self.key is None else self.key


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request brings. `source_id` None: there is no source whose revision could have changed.

    The keys of `events` are distinct and in order, so that two batches take their locks in the same order. `body` is
    kept once, with the first of the events that are new.
    """

    account_id: uuid.UUID
    source_id: uuid.UUID | None
    source_revision: int
    source_label: str
    scope: str
    door: str
    body: bytes | None
    headers: JsonText
    now: datetime.datetime
    events: Sequence[NewEvent]
