"""Payloads: what events carried, with the requests' bytes and headers. The event itself stays."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsflows.events.models import Event, EventPayload
from opsflows.queue.ids import first_id
from opsflows.upkeep.models import RetentionPolicy
from opsflows.upkeep.retention import needed
from opsflows.upkeep.retention.kind import Found, RetentionKind, found


class Payloads(RetentionKind):
    kind = RetentionPolicy.Kind.PAYLOADS
    icon = "data_object"
    keep_days = 90
    least_days = 7
    why_least = "vendors and people look at what came in for some days"
    what = "What events carried, and the headers and bytes of their requests. Name, time and source of the event stay."
    spares = (
        "Events that were not handed over yet or were set aside; events of unfinished runs and of runs whose task is "
        "still open. What was spared once goes together with its event."
    )
    # Events outlive their payloads, so those without one would be read again each night.
    leaves_mark = True

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = Event.objects.filter(account=account_id, id__lt=first_id(before))
        if after is not None:
            rows = rows.filter(id__gt=after)
        events = dict(rows.order_by("id").values_list("id", "routed_at")[:limit])
        waiting = {event_id for event_id, routed_at in events.items() if routed_at is None}
        spared = waiting | needed.set_aside(events) | needed.in_use(events)
        return found(list(events), spared, limit)

    def delete(self, keys: Sequence[Any]) -> int:
        return EventPayload.objects.filter(event__in=keys)._raw_delete(using="default")
