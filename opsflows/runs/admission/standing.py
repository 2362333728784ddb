"""Who waits to begin, and behind how many: what pages show of it. Every question has an end."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from opsflows.runs.models import Pace, QueueItem

#: So many of a line are looked at; whoever stands further back stands behind "many".
LOOKED_AT = 2000

_UNBEGUN = Q(status=QueueItem.Status.WAITING, resumes=False, attempt=1, generation=0, branch=None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a workflow wait to begin, up to a limit, and how many were left out."""

    blocked: int
    later: int
    next_at: datetime | None
    dropped: int
    dropped_at: datetime | None


def waits_for_the_hour(items: QuerySet[QueueItem]) -> QuerySet[QueueItem]:
    """Those that were given a start later than now and have not begun: nothing of them was done or waited for yet."""
    return items.filter(_UNBEGUN, turn__isnull=False)


def waits_to_begin(items: QuerySet[QueueItem]) -> QuerySet[QueueItem]:
    """Those that wait for the hour, and those that wait for their turn."""
    return items.filter(Q(status=QueueItem.Status.BLOCKED) | _UNBEGUN, turn__isnull=False)


def is_to_begin_later(item: QueueItem) -> bool:
    """Whether `waits_for_the_hour` would find it."""
    fresh = not item.resumes and item.attempt == 1 and item.generation == 0 and item.branch_id is None
    return item.status == QueueItem.Status.WAITING and fresh and item.turn is not None


def ahead_of(items: Collection[QueueItem]) -> Mapping[uuid.UUID, int]:
    """How many wait before each of these blocked ones, by its id; those far back are not among them. One query."""
    gates = {item.gate_id for item in items}
    rows = QueueItem.objects.filter(gate__in=gates, status=QueueItem.Status.BLOCKED).order_by("gate", "turn")
    lines: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for gate_id, item_id in rows.values_list("gate", "pk")[:LOOKED_AT]:
        lines[gate_id].append(item_id)
    return {item_id: number for line in lines.values() for number, item_id in enumerate(line)}


def waiting_of(workflow_id: uuid.UUID, *, most: int) -> Waiting:
    """Who waits to begin in this workflow: counted up to `most` and one more. Three queries."""
    rows = QueueItem.objects.filter(workflow=workflow_id)
    blocked = rows.filter(status=QueueItem.Status.BLOCKED, turn__isnull=False).values_list("pk", flat=True)
    later = waits_for_the_hour(rows).order_by("turn").values_list("scheduled_at", flat=True)
    starts = list(later[: most + 1])
    pace = Pace.objects.filter(workflow=workflow_id).values_list("dropped", "dropped_at").first()
    dropped, dropped_at = pace or (0, None)
    return Waiting(
        blocked=len(blocked.order_by()[: most + 1]),
        later=len(starts),
        next_at=min(starts, default=None),
        dropped=dropped,
        dropped_at=dropped_at,
    )
