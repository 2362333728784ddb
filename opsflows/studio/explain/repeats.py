"""How often an event came again, and why the copies started nothing."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from opsflows.events.models import EventKey, EventRepeat
from opsflows.studio.explain.standing import in_zone

#: How events/send.py calls the keys that it makes of what was sent.
_BY_CONTENT = "api-content:"


@dataclass(frozen=True, slots=True)
class Repeats:
    """What came after the first: `count` copies, the last of them at `last_at`."""

    count: int
    last_at: datetime
    sentence: str


def repeats_of(event_id: uuid.UUID, zone: ZoneInfo) -> Repeats | None:
    """Of one event; None where it came once. Two queries at most, one for nearly every event."""
    row = EventRepeat.objects.filter(event=event_id).first()
    if row is None:
        return None
    key = EventKey.objects.filter(event_id=event_id).first()
    return Repeats(row.count, row.last_at, _told(row, key, zone))


def times_of(event_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """How often those of the events came that came more than once: `twice`, `3 times`. One query."""
    rows = EventRepeat.objects.filter(event__in=event_ids).values_list("event_id", "count")
    return {event_id: times(count + 1) for event_id, count in rows}


def times(count: int) -> str:
    """`twice`, `3 times`."""
    return "twice" if count == 2 else f"{count:,} times"


def _told(row: EventRepeat, key: EventKey | None, zone: ZoneInfo) -> str:
    last = in_zone(row.last_at, zone)
    if row.count == 1:
        copies, they, carry = f"The repeat (on {last})", "it", "carries"
    else:
        copies, they, carry = f"The repeats (the last on {last})", "they", "carry"
    if key is not None and key.scope.startswith(_BY_CONTENT):
        why = f"{they} {carry} exactly the same"
    else:
        why = f"{they} {carry} the same key" + (f" ({key.key})" if key is not None else "")
    return f"It came {times(row.count + 1)}. {copies} started nothing, since {why}: that is the same event sent again."
