"""Start runs: for each event of a batch, one run of every workflow that it concerns."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsflows.accounts.models import PlatformAccount
from opsflows.events.consumers import RoutedEvent
from opsflows.queue.bulk import insert_rows
from opsflows.queue.ids import new_id
from opsflows.rules import Clock
from opsflows.runs.engine.load import facts, zone_of
from opsflows.runs.models import Execution, Priority, QueueItem
from opsflows.workflows.index import Listener, current_index

_EXECUTION = (
    "id",
    "account",
    "workflow",
    "version",
    "event",
    "execution_status",
    "priority",
    "depth",
    "failed_steps",
    "started_at",
    "deadline_at",
    "completed_at",
    "error_message",
    "execution_time_ms",
)
_ITEM = (
    "id",
    "account",
    "workflow",
    "execution",
    "priority",
    "scheduled_at",
    "status",
    "node_id",
    "iteration",
    "generation",
    "attempt",
    "entered_at",
    "resumes",
    "cancel_requested",
    "created_at",
    "fence",
    "claims",
)
#: A published version has at least one step, so one without a first node is one that cannot be read.
_UNREADABLE = "This version can no longer be read here. Open the workflow, mend what it names, and publish it again."


def start_runs(events: Sequence[RoutedEvent], now: datetime) -> None:
    """Write the runs that `events` cause, inside the routing transaction.

    An event starts a workflow once: the database holds it (`run_once_per_event`).
    """
    executions: list[tuple[Any, ...]] = []
    items: list[tuple[Any, ...]] = []
    for event, listener in _concerned(events, now):
        execution_id = new_id()
        # The condition behind the trigger held a moment ago; the run begins with it all the same, to show what it saw.
        node_id = listener.first_node
        priority = Priority[listener.priority.upper()].value
        executions.append(
            (
                execution_id,
                event.account_id,
                listener.workflow_id,
                listener.version_id,
                event.id,
                (Execution.Status.RUNNING if node_id else Execution.Status.FAILED).value,
                priority,
                event.depth,
                0,
                now,
                now + listener.settings.timeout,
                None if node_id else now,
                None if node_id else _UNREADABLE,
                None if node_id else 0,
            )
        )
        if node_id is not None:
            items.append(_item(event, listener, execution_id, node_id, priority, now))
    insert_rows(Execution, _EXECUTION, executions)
    insert_rows(QueueItem, _ITEM, items)


def _concerned(events: Sequence[RoutedEvent], now: datetime) -> Iterator[tuple[RoutedEvent, Listener]]:
    index = current_index()
    if not index.size:
        return
    zones = _zones({event.account_id for event in events})
    for event in events:
        scope = entry_scope(event)
        clock = Clock(now=now, zone=zones[event.account_id])
        for listener in index.listeners(event.account_id, event.name, scope, clock):
            yield event, listener


def entry_scope(event: RoutedEvent) -> dict[str, Any]:
    """What a condition behind the trigger reads: the same names that a run's steps read."""
    data = event.data if isinstance(event.data, dict) else {"data": event.data}
    return {**facts(event.id, event.name, event.occurred_at, event.source_label, None), "steps": {}, **data}


def _zones(account_ids: set[uuid.UUID]) -> dict[uuid.UUID, ZoneInfo]:
    rows = PlatformAccount.objects.filter(id__in=account_ids).values_list("id", "timezone")
    return {account_id: zone_of(name) for account_id, name in rows}


def _item(
    event: RoutedEvent, listener: Listener, execution_id: uuid.UUID, node_id: str, priority: int, now: datetime
) -> tuple[Any, ...]:
    return (
        new_id(),
        event.account_id,
        listener.workflow_id,
        execution_id,
        priority,
        now,
        QueueItem.Status.QUEUED.value,
        node_id,
        "",
        0,
        1,
        now,
        False,
        False,
        now,
        0,
        0,
    )
