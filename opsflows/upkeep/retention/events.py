"""Events, with their payloads and the keys by which copies are recognised."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsflows.events.models import Event, EventKey, EventPayload, EventRepeat, RoutingFailure
from opsflows.queue.ids import first_id
from opsflows.upkeep.models import RetentionPolicy
from opsflows.upkeep.retention import needed
from opsflows.upkeep.retention.kind import Found, RetentionKind, found


class Events(RetentionKind):
    kind = RetentionPolicy.Kind.EVENTS
    icon = "bolt"
    keep_days = 400
    least_days = 30
    why_least = "a copy that a vendor sends again is recognised only as long as the first is kept"
    what = "Events, with what they carried and the keys by which copies of them are recognised."
    spares = (
        "Events that were not handed over yet or were set aside, and events that started, woke or ended a run that is "
        "kept: events stay at least as long as runs do."
    )

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = Event.objects.filter(account=account_id, id__lt=first_id(before))
        if after is not None:
            rows = rows.filter(id__gt=after)
        events = dict(rows.order_by("id").values_list("id", "routed_at")[:limit])
        waiting = {event_id for event_id, routed_at in events.items() if routed_at is None}
        spared = waiting | needed.set_aside(events) | needed.with_runs(events) | needed.taken_by_waits(events)
        return found(list(events), spared, limit)

    def delete(self, keys: Sequence[Any]) -> int:
        EventKey.objects.filter(event_id__in=keys)._raw_delete(using="default")
        RoutingFailure.objects.filter(event__in=keys)._raw_delete(using="default")
        EventPayload.objects.filter(event__in=keys)._raw_delete(using="default")
        deleted = Event.objects.filter(id__in=keys)._raw_delete(using="default")
        # Last: a copy may have been counted while the events were being deleted.
        EventRepeat.objects.filter(event_id__in=keys)._raw_delete(using="default")
        return deleted
