"""What is still needed: by unfinished runs, by open tasks, and because it has not been handed over."""

import uuid
from collections.abc import Collection

from django.db.models import Q

from opsflows.events.models import RoutingFailure
from opsflows.queue.written_out import written_out
from opsflows.records.models import Task
from opsflows.runs.models import EventWait, Execution


def set_aside(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these events still wait to be handed to somebody."""
    rows = RoutingFailure.objects.filter(event__in=event_ids, resolved_at=None)
    return set(rows.values_list("event_id", flat=True))


def behind_open_tasks(run_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these runs asked for a task that is still open."""
    rows = Task.objects.filter(execution_id__in=run_ids, status=Task.Status.OPEN)
    return {run_id for run_id in rows.values_list("execution_id", flat=True) if run_id is not None}


def in_use(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these events an unfinished run reads, or a run whose task is still open came from. Two queries."""
    runs = Execution.objects.filter(_has_event(), event__in=event_ids)
    rows = list(runs.values_list("id", "event_id", "execution_status"))
    open_tasks = behind_open_tasks([run_id for run_id, _, _ in rows])
    return {
        event_id
        for run_id, event_id, status in rows
        if event_id is not None and (status not in Execution.TERMINAL or run_id in open_tasks)
    }


def with_runs(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these events are a run's."""
    rows = Execution.objects.filter(_has_event(), event__in=event_ids)
    return {event_id for event_id in rows.values_list("event_id", flat=True) if event_id is not None}


def taken_by_waits(event_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these events a run that is kept had waited for, or was ended by."""
    taken = Q(written_out("workflow_waits.event_id IS NOT NULL"))
    rows = EventWait.objects.filter(taken, event__in=event_ids).values_list("event_id", flat=True)
    return {event_id for event_id in rows if event_id is not None}


def _has_event() -> Q:
    return Q(written_out("workflow_executions.event_id IS NOT NULL"))
