"""A wait whose time is over, and its event came in time but lay unrouted: workers were away, or routing is behind.

Whoever claims the run looks among what is unrouted still (`give_unrouted`). What is being routed at that moment finds
the run in hand, so it is noted at the wait, and read with the commit (`give_taken`).
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from opsflows.events.consumers import RoutedEvent
from opsflows.events.models import Event
from opsflows.events.route import load_events
from opsflows.queue.bulk import update_rows
from opsflows.runs.engine.run import Run
from opsflows.runs.models import EventWait, QueueItem
from opsflows.runs.waiting.matching import Clocks, fits, read_waits
from opsflows.runs.waiting.take import came, place_name

#: Unrouted events that are looked at.
MOST = 1000


def give_unrouted(runs: Sequence[Run], *, now: datetime) -> None:
    """Give `runs` that were just claimed the events that came before their time was over. Nothing for other runs."""
    late = {run.item_id: run for run in runs if _is_late(run)}
    if not late:
        return
    rows = EventWait.objects.filter(execution_id__in={run.execution_id for run in late.values()}, is_open=True)
    waits = read_waits(rows.filter(item_id__in=late, purpose=EventWait.Purpose.STEP))
    events = _unrouted({(wait.account_id, wait.event_name) for wait in waits})
    if not events:
        return
    dues = dict(QueueItem.objects.filter(id__in=late).values_list("id", "scheduled_at"))
    clocks = Clocks(now)
    found: dict[uuid.UUID, tuple[uuid.UUID, RoutedEvent]] = {}
    for wait in waits:
        for event in events.get((wait.account_id, wait.event_name), ()):
            if event.received_at <= dues.get(wait.item_id, wait.since) and fits(wait, event, clocks.of):
                found[wait.item_id] = wait.id, event
                break
    _give(found, late)


def give_taken(runs: Sequence[Run]) -> None:
    """Give `runs`, whose rows are locked, the events that were routed to their waits since they were claimed."""
    late = {(run.execution_id, _place(run)): run for run in runs if _is_late(run)}
    if not late:
        return
    rows = EventWait.objects.filter(execution_id__in={run_id for run_id, _ in late}, event__isnull=False)
    taken = rows.filter(purpose=EventWait.Purpose.STEP).values_list("execution_id", "place", "event_id")
    found = [(late[run_id, place], event_id) for run_id, place, event_id in taken if (run_id, place) in late]
    events = {event.id: event for event in load_events([event_id for _, event_id in found if event_id])}
    for run, event_id in found:
        if event_id in events:
            run.woken_by = came(events[event_id])


def _place(run: Run) -> str:
    at = run.position
    return place_name(at.node_id, at.iteration, at.generation, at.attempt)


def _is_late(run: Run) -> bool:
    return run.position.resumes and run.woken_by is None and run.node.kind.listens and not run.end_asked


def _unrouted(names: set[tuple[uuid.UUID, str]]) -> Mapping[tuple[uuid.UUID, str], Sequence[RoutedEvent]]:
    accounts, called = {account_id for account_id, _ in names}, {name for _, name in names}
    rows = Event.objects.filter(routed_at=None, account_id__in=accounts, name__in=called).order_by("id")
    found: dict[tuple[uuid.UUID, str], list[RoutedEvent]] = defaultdict(list)
    for event in load_events(list(rows.values_list("id", flat=True)[:MOST])) if names else ():
        found[event.account_id, event.name].append(event)
    return found


def _give(found: Mapping[uuid.UUID, tuple[uuid.UUID, RoutedEvent]], runs: Mapping[uuid.UUID, Run]) -> None:
    """Write it down where the row is still ours, so that it also holds for whoever takes the row over from us."""
    with transaction.atomic():
        rows = QueueItem.objects.filter(id__in=found, status=QueueItem.Status.PROCESSING).order_by("id")
        if connection.features.has_select_for_update:
            rows = rows.select_for_update()
        ours = [item_id for item_id, fence in rows.values_list("id", "fence") if runs[item_id].fence == fence]
        taken = [found[item_id] for item_id in ours]
        update_rows(EventWait, ("is_open", "event"), [(wait_id, False, event.id) for wait_id, event in taken])
        update_rows(QueueItem, ("trigger_data",), [(item_id, came(found[item_id][1])) for item_id in ours])
    for item_id in ours:
        runs[item_id].woken_by = came(found[item_id][1])
