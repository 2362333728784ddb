"""Start runs: for each event of a batch, one run of every workflow that it concerns."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from opsflows.accounts.calendars import calendar_of
from opsflows.accounts.models import PlatformAccount
from opsflows.events.consumers import RoutedEvent
from opsflows.queue.bulk import insert_rows
from opsflows.queue.heartbeat import LEASE
from opsflows.queue.ids import new_id
from opsflows.rules import Clock
from opsflows.runs.admission.of_events import admit_events
from opsflows.runs.admission.verdict import AT_ONCE, Verdict
from opsflows.runs.engine.load import facts, zone_of
from opsflows.runs.engine.run import Position, Run
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Priority, QueueItem
from opsflows.workflows.cache import definition
from opsflows.workflows.errors import InvalidDefinition
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
    "worker_id",
    "lease_expires_at",
)
#: A published version has at least one step, so one without a first node is one that cannot be read.
_UNREADABLE = "This version can no longer be read here. Open the workflow, mend what it names, and publish it again."


def start_runs(events: Sequence[RoutedEvent], now: datetime) -> None:
    """Write the runs that `events` cause, inside the routing transaction.

    An event starts a workflow once: the database holds it (`run_once_per_event`). Where the worker that routes has free
    seats and nobody is waiting for them, the runs are born claimed by it: that spares a claim and a load for each.
    """
    executions: list[tuple[Any, ...]] = []
    items: list[tuple[Any, ...]] = []
    in_line: list[tuple[Any, ...]] = []
    lane = RunsLane.present
    seats = lane.spare if lane is not None else 0
    adopted: list[Run] = []
    concerned = list(_concerned(events, now))
    verdicts = admit_events(events, concerned, scope_of=entry_scope, now=now)
    for event, listener, clock in concerned:
        execution_id = new_id()
        verdict = verdicts.get((event.id, listener.workflow_id), AT_ONCE)
        # The condition behind the trigger held a moment ago; the run begins with it all the same, to show what it saw.
        node_id = listener.first_node
        begins = node_id is not None and verdict.dropped is None
        priority = Priority[listener.priority.upper()].value
        executions.append(
            (
                execution_id,
                event.account_id,
                listener.workflow_id,
                listener.version_id,
                event.id,
                (verdict.run_status if node_id else Execution.Status.FAILED).value,
                priority,
                event.depth,
                0,
                now,
                verdict.deadline(now, listener.settings.timeout),
                None if begins else now,
                verdict.dropped if node_id else _UNREADABLE,
                None if begins else 0,
            )
        )
        if node_id is None or not begins:
            continue
        item_id = new_id()
        run = None
        if len(adopted) < seats and verdict.begins_at_once:
            run = _run(event, listener, clock, item_id, execution_id, node_id, priority)
        if run is not None:
            run.gate_id = verdict.gate_id
            adopted.append(run)
        holder = lane.worker.id if lane is not None and run is not None else None
        item = _item(event, listener, item_id, execution_id, node_id, priority, now, holder, verdict)
        if verdict is AT_ONCE:
            items.append(item)
        else:
            in_line.append((*item, verdict.gate_id, verdict.turn))
    insert_rows(Execution, _EXECUTION, executions)
    insert_rows(QueueItem, _ITEM, items)
    insert_rows(QueueItem, (*_ITEM, "gate", "turn"), in_line)
    if lane is not None and adopted:
        # Only a wake-up: if it is lost, the leases run out and the rows are claimed like any others.
        transaction.on_commit(partial(lane.adopt, adopted, now))


def _concerned(events: Sequence[RoutedEvent], now: datetime) -> Iterator[tuple[RoutedEvent, Listener, Clock]]:
    index = current_index()
    if not index.size:
        return
    clocks = _clocks({event.account_id for event in events}, now)
    for event in events:
        scope = entry_scope(event)
        clock = clocks[event.account_id]
        for listener in index.listeners(event.account_id, event.name, scope, clock):
            yield event, listener, clock


def entry_scope(event: RoutedEvent) -> dict[str, Any]:
    """What a condition behind the trigger reads: the same names that a run's steps read."""
    data = event.data if isinstance(event.data, dict) else {"data": event.data}
    return {**facts(event.id, event.name, event.occurred_at, event.source_label, None), **data, "steps": {}}


def _clocks(account_ids: set[uuid.UUID], now: datetime) -> dict[uuid.UUID, Clock]:
    rows = PlatformAccount.objects.filter(id__in=account_ids).values_list("id", "timezone", "calendars__revision")
    return {
        account_id: Clock(now, zone_of(zone), calendar_of(account_id, revision, zone))
        for account_id, zone, revision in rows
    }


def _run(
    event: RoutedEvent,
    listener: Listener,
    clock: Clock,
    item_id: uuid.UUID,
    execution_id: uuid.UUID,
    node_id: str,
    priority: int,
) -> Run | None:
    """The run as `load()` would bring it; None where its definition cannot be compiled, which is load's to tell."""
    try:
        graph = definition(listener.version_id)
    except InvalidDefinition:
        return None
    return Run(
        item_id=item_id,
        fence=1,
        execution_id=execution_id,
        account_id=event.account_id,
        workflow_id=listener.workflow_id,
        event_id=event.id,
        depth=event.depth,
        priority=priority,
        started_at=clock.now,
        deadline_at=clock.now + listener.settings.timeout,
        failed_steps=0,
        zone=clock.zone,
        calendar=clock.business,
        graph=graph,
        data=event.data,
        facts=facts(event.id, event.name, event.occurred_at, event.source_label, execution_id),
        position=Position(node_id=node_id, iteration="", generation=0, attempt=1, entered_at=clock.now),
    )


def _item(
    event: RoutedEvent,
    listener: Listener,
    item_id: uuid.UUID,
    execution_id: uuid.UUID,
    node_id: str,
    priority: int,
    now: datetime,
    holder: uuid.UUID | None,
    verdict: Verdict,
) -> tuple[Any, ...]:
    """The queue row, claimed by `holder` if there is one."""
    status = QueueItem.Status.PROCESSING if holder else verdict.status
    begins = verdict.due or now
    return (
        item_id,
        event.account_id,
        listener.workflow_id,
        execution_id,
        priority,
        begins,
        status.value,
        node_id,
        "",
        0,
        1,
        begins,
        False,
        False,
        now,
        1 if holder else 0,
        1 if holder else 0,
        holder,
        now + LEASE if holder else None,
    )
