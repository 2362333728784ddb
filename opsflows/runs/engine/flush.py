"""The group commit: the progress of many runs in one transaction, fenced, and halved when one of them spoils it."""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction

from opsflows.queue.transient import is_transient
from opsflows.runs.engine.begin import StepCrash
from opsflows.runs.engine.checkpoint import checkpoint
from opsflows.runs.engine.progress import Calling, NeedsTransaction, Parked, Progress, StepRecord, Variables
from opsflows.runs.engine.run import Ending, Run
from opsflows.runs.engine.walk import Returned, walk
from opsflows.runs.models import QueueItem, Step
from opsflows.runs.waiting.unrouted import give_taken
from opsflows.workflows.outcomes import Retry

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Advance:
    """A run that has to be written down: what it did so far without a commit, and what came back from outside."""

    run: Run
    records: list[StepRecord]
    returned: tuple[Returned, ...] = ()
    variables: Variables = field(default_factory=dict)
    #: A walk that already came to rest without touching the database.
    decided: Progress | None = None
    #: Set where the run cannot be walked: it goes to a person, with this reason.
    spoilt: str | None = None


#: Told after each commit: the advances that are now settled, and the progress of those that were still ours.
Committed = Callable[[Sequence[Advance], list[Progress]], None]


def flush(
    advances: Sequence[Advance],
    *,
    worker_id: uuid.UUID,
    now: datetime,
    committed: Committed,
    hand_back: bool = False,
) -> None:
    """Walk each run on from what came back, and commit.

    A row whose lease went to somebody else is left out: nothing of it is written. When one run spoils the transaction
    the batch is halved, with the results kept in memory, and nothing outside is called again. `committed` is called
    once per commit, so that what is settled stays settled when a later half fails. With `hand_back`, a run that comes
    to an outside call is given back to the queue instead: this worker makes no more calls.
    """
    try:
        with transaction.atomic():
            progresses = _write(advances, worker_id, now, hand_back)
    except Exception as error:
        if is_transient(error):
            raise
        if len(advances) == 1:
            progresses = _write_alone(advances[0], error, worker_id, now, hand_back)
        else:
            middle = len(advances) // 2
            for half in (advances[:middle], advances[middle:]):
                flush(half, worker_id=worker_id, now=now, committed=committed, hand_back=hand_back)
            return
    committed(advances, progresses)


def _write_alone(
    advance: Advance, error: Exception, worker_id: uuid.UUID, now: datetime, hand_back: bool
) -> list[Progress]:
    """One run whose commit failed: record the failure where it happened, or hand the run to a person."""
    logger.error("Run %s could not be written: %s", advance.run.execution_id, error, exc_info=error)
    if isinstance(error, StepCrash):
        crashed = Returned(error.node_id, Retry(str(error)))
        try:
            with transaction.atomic():
                return _write([replace(advance, returned=(*advance.returned, crashed))], worker_id, now, hand_back)
        except Exception as second:
            if is_transient(second):
                raise
            error = second
    reason = f"This run could not be recorded: {type(error).__name__}: {error}"
    with transaction.atomic():
        return _write([Advance(advance.run, [], spoilt=reason)], worker_id, now, hand_back)


def _write(advances: Sequence[Advance], worker_id: uuid.UUID, now: datetime, hand_back: bool) -> list[Progress]:
    ours = _fence([advance.run for advance in advances], worker_id)
    give_taken([advance.run for advance in advances if advance.run.item_id in ours])
    progresses: list[Progress] = []
    for advance in advances:
        if advance.run.item_id not in ours:
            logger.warning("Run %s is no longer ours; its late result is dropped.", advance.run.execution_id)
            continue
        progress = _walk(advance, now, ending=ours[advance.run.item_id])
        progress.run.fence += 1
        if hand_back and isinstance(progress.rest, Calling):
            give_back(progress, now)
        progresses.append(progress)
    checkpoint(progresses, now=now)
    return progresses


def _walk(advance: Advance, now: datetime, *, ending: Ending | None) -> Progress:
    if advance.spoilt is not None:
        rest = Parked(QueueItem.Status.HELD, now, advance.spoilt)
        return Progress(run=advance.run.copy(), rest=rest, records=[], variables={})
    if advance.decided is not None and (ending is None or not isinstance(advance.decided.rest, Parked)):
        return replace(advance.decided, run=advance.decided.run.copy())
    progress = walk(advance.run, now=now, in_transaction=True, returned=advance.returned, ending=ending)
    if isinstance(progress.rest, NeedsTransaction):
        raise TypeError("A walk inside the transaction asked for one")
    progress.records[:0] = advance.records
    progress.variables = {**advance.variables, **progress.variables}
    return progress


def give_back(progress: Progress, now: datetime) -> None:
    """Let somebody else make the call that `progress` came to. Its intent, if any, is withdrawn: nothing was sent."""
    progress.records = [record for record in progress.records if record.status != Step.Status.RUNNING]
    intent = progress.run.open_step
    if intent is not None and not intent.is_wait:
        progress.withdrawn = intent.id
        progress.run.open_step = None
    progress.rest = Parked(QueueItem.Status.QUEUED, now)


def _fence(runs: Sequence[Run], worker_id: uuid.UUID) -> dict[uuid.UUID, Ending | None]:
    """Lock the rows that are still ours, in one order; by id, whether their end was asked for.

    The rows that wait for a branch are locked with it: two workers that end branches of one fork take turns. So is the
    row that waits for a whole run.
    A row that is ours but stands at another fence was written by a commit whose answer never reached us: what memory
    knows of it is out of date, so it is given back and begun anew from what the database says.
    """
    expected = {run.item_id: run for run in runs}
    parents = {item_id for run in runs if run.branch is not None for item_id in run.branch.parents}
    parents.update(run.awaited_by for run in runs if run.awaited_by is not None)
    rows = QueueItem.objects.filter(id__in=[*expected, *parents]).order_by("id")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    ours: dict[uuid.UUID, Ending | None] = {}
    outdated: list[uuid.UUID] = []
    cancelled: list[uuid.UUID] = []
    for item_id, holder, status, fence, cancel in rows.values_list(
        "id", "worker_id", "status", "fence", "cancel_requested"
    ):
        if item_id not in expected or holder != worker_id or status != QueueItem.Status.PROCESSING:
            continue
        if expected[item_id].fence != fence:
            outdated.append(item_id)
            continue
        ours[item_id] = None
        if cancel:
            cancelled.append(item_id)
    if outdated:
        QueueItem.objects.filter(id__in=outdated).update(status=QueueItem.Status.QUEUED, worker_id=None)
    if cancelled:
        rows = QueueItem.objects.filter(id__in=cancelled)
        for item_id, branch_id, reason in rows.values_list("id", "branch_id", "execution__exit_reason"):
            # A branch is given up; it is the run that ends as a success.
            ours[item_id] = Ending(reason if branch_id is None else None)
    return ours
