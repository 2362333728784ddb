"""Runs that wait for a run: the end of one wakes the other, and who is given up gives up whom it waits for."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from opsflows.queue.bell import ring
from opsflows.queue.bulk import update_rows
from opsflows.runs.engine.ends import End
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.waiting.ask_to_end import ask_to_end


def lock_parent(execution_id: uuid.UUID) -> None:
    """Lock the queue row that rests for a run, before the run's own rows: it is the older one, and they go by id."""
    row = Execution.objects.filter(id=execution_id).values_list("awaited_by", flat=True).first()
    if row is not None:
        QueueItem.objects.select_for_update().filter(id=row).first()


def wake_parents(ends: Sequence[End], *, now: datetime) -> None:
    """Wake who waits for the runs that end here. Whoever ends them has locked the rows that rest (`awaited_by`)."""
    awaited = {end.execution_id: end for end in ends if end.awaited_by is not None}
    if not awaited:
        return
    # Asked anew: the other one may have given this run up since it was loaded.
    links = Execution.objects.filter(id__in=awaited, awaited_by__isnull=False).values_list("awaited_by", "id")
    results = {item_id: result(awaited[run_id]) for item_id, run_id in links if item_id is not None}
    resting = QueueItem.objects.filter(id__in=results, status=QueueItem.Status.WAITING, resumes=True)
    woken = list(resting.values_list("id", flat=True))
    queued = QueueItem.Status.QUEUED.value
    update_rows(
        QueueItem,
        ("status", "scheduled_at", "trigger_data"),
        [(item_id, queued, now, results[item_id]) for item_id in woken],
    )
    if woken:
        ring()


def result(end: End) -> dict[str, Any]:
    """What the waiting run gets to know."""
    return {
        "execution_id": str(end.execution_id),
        "status": end.status.value,
        "output": end.output,
        "error": end.error,
    }


def result_of(run: Execution) -> dict[str, Any]:
    """The same of a run that was over before anybody rested for it, from what is recorded."""
    last = Step.objects.filter(execution=run, iteration="", step_status=Step.Status.COMPLETED)
    return {
        "execution_id": str(run.pk),
        "status": run.execution_status,
        "output": last.order_by("completed_at", "id").values_list("output_data", flat=True).last(),
        "error": run.error_message,
    }


def cancel_awaited(keys: Collection[str], items: Collection[uuid.UUID], *, now: datetime) -> None:
    """Cancel the runs that were started under `keys` and for which the queue rows `items` wait.

    What those wait for themselves is cancelled with their own end.
    """
    runs = Execution.objects.filter(origin_key__in=keys, awaited_by__in=items)
    runs = runs.exclude(execution_status__in=Execution.TERMINAL)
    ask_to_end(dict.fromkeys(runs.values_list("id", flat=True)), now=now)
