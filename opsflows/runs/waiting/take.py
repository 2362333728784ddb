"""Give events to the waits that they fit: each wait takes one, by updates that hold only where the run still waits."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from opsflows.events.consumers import RoutedEvent
from opsflows.queue.bulk import update_rows
from opsflows.runs.models import EventWait, QueueItem
from opsflows.runs.waiting.ask_to_end import ask_to_end
from opsflows.runs.waiting.matching import Waiting


class _Item(NamedTuple):
    id: uuid.UUID
    status: str
    scheduled_at: datetime
    resumes: bool
    node_id: str
    iteration: str
    generation: int
    attempt: int


def place_name(node_id: str, iteration: str, generation: int, attempt: int) -> str:
    """How a wait calls the place in its run."""
    return f"{node_id}|{iteration}|{generation}|{attempt}"


def take(found: Sequence[tuple[Waiting, RoutedEvent]], *, now: datetime) -> None:
    """Wake, or end, the runs of the waits in `found`, each with its event; inside the caller's transaction."""
    # Queue rows before waits, as in every commit of the engine.
    items = _locked({wait.item_id for wait, _ in found})
    is_open = _still_open([wait.id for wait, _ in found])
    taken: list[tuple[Any, ...]] = []
    woken: list[tuple[Any, ...]] = []
    ended: dict[uuid.UUID, str | None] = {}
    for wait, event in found:
        item = items.get(wait.item_id)
        if item is None or wait.id not in is_open:
            continue
        if wait.purpose == EventWait.Purpose.EXIT:
            ended.setdefault(wait.execution_id, wait.reason)
        elif _rests_at(item, wait.place, event):
            woken.append((item.id, QueueItem.Status.QUEUED.value, now, came(event)))
        elif _is_begun_late(item, wait.place, event):
            # Whoever has it finds the event when it commits (`give_taken`).
            pass
        else:
            # Its time is over, or its end is asked for: whoever works on it closes the wait.
            continue
        taken.append((wait.id, False, event.id))
    update_rows(EventWait, ("is_open", "event"), taken)
    update_rows(QueueItem, ("status", "scheduled_at", "trigger_data"), woken)
    ask_to_end(ended, now=now)


def came(event: RoutedEvent) -> dict[str, Any]:
    """What a step reads of the event that it waited for."""
    return {
        "id": str(event.id),
        "name": event.name,
        "received_at": event.received_at.isoformat(),
        "data": event.data,
    }


def _locked(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, _Item]:
    rows = QueueItem.objects.filter(id__in=ids).order_by("id")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return {row[0]: _Item(*row) for row in rows.values_list(*_Item._fields)}


def _still_open(ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Asked behind the lock: another worker may have given them an event meanwhile."""
    return set(EventWait.objects.filter(id__in=ids, is_open=True).values_list("id", flat=True))


def _rests_at(item: _Item, place: str, event: RoutedEvent) -> bool:
    """Whether the run still waits there; also where its time is over by now and the event had come before."""
    in_time = item.status == QueueItem.Status.QUEUED and event.received_at <= item.scheduled_at
    return _stands_at(item, place) and (item.status == QueueItem.Status.WAITING or in_time)


def _is_begun_late(item: _Item, place: str, event: RoutedEvent) -> bool:
    """Whether a worker has the run in hand because its time is over, and the event had come before."""
    in_time = event.received_at <= item.scheduled_at
    return _stands_at(item, place) and item.status == QueueItem.Status.PROCESSING and in_time


def _stands_at(item: _Item, place: str) -> bool:
    return item.resumes and place == place_name(item.node_id, item.iteration, item.generation, item.attempt)
