"""The job of a batch: a piece starts the runs of one part of the list, and deletes the part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsflows.queue.job_kinds import Progress, Slice
from opsflows.runs.admission.of_many import lock_line
from opsflows.runs.batches.parts import Row, unpacked
from opsflows.runs.batches.problems import MOST_NOTED
from opsflows.runs.models import Execution, Priority, RunBatch
from opsflows.runs.start_run import start_run
from opsflows.workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that gets no run, and why."""

    reason: str


#: What the run of each row is given, by the row's number; from all rows of a part at once.
DataOf = Callable[[RunBatch, Sequence[Row]], Mapping[int, Any | LeftOut]]


def start_part(piece: Slice, data_of: DataOf) -> Progress:
    """One piece. Runs, the part's end and how far the batch has come are committed together; each run bears the row's
    number in its key besides, so that a row has one run whatever is done twice.

    Raises:
        NotStartable: the workflow was deleted; the job then breaks off, and its page says why.
    """
    # The lock that whoever stops the batch takes: either this piece sees it, or comes to its end before.
    batch = RunBatch.objects.select_for_update().get(pk=piece.params["batch"])
    if batch.cancelled_at is not None:
        # Its job was asked to stop in the same transaction, and does so behind this piece.
        return Progress(False, done=batch.total - batch.left, total=batch.total)
    part = batch.parts.first()
    if part is not None:
        _start(piece, batch, unpacked(bytes(part.rows)), data_of)
        part.delete()
    is_finished = not batch.parts.exists()
    batch.finished_at = piece.now if is_finished else None
    batch.save(update_fields=["started", "skipped", "problems", "finished_at"])
    result = {"started": batch.started, "skipped": batch.skipped}
    return Progress(
        is_finished,
        done=batch.total - batch.left,
        total=batch.total,
        note=batch.name,
        result=result if is_finished else None,
    )


def cells_by_column(batch: RunBatch, rows: Sequence[Row]) -> Mapping[int, Any]:
    """The data of rows of a CSV file."""
    return {number: dict(zip(batch.columns, cells, strict=True)) for number, cells in rows}


def as_sent(batch: RunBatch, rows: Sequence[Row]) -> Mapping[int, Any]:
    """The data of rows that came through the API."""
    return dict(rows)


def _start(piece: Slice, batch: RunBatch, rows: Sequence[Row], data_of: DataOf) -> None:
    workflow = Workflow.every.select_related("account").get(pk=batch.workflow_id)
    left_out = []
    given = data_of(batch, rows)
    lock_line(workflow, [data for data in given.values() if not isinstance(data, LeftOut)], now=piece.now)
    for number, data in given.items():
        if isinstance(data, LeftOut):
            left_out.append([number, data.reason])
            continue
        start_run(
            workflow=workflow,
            data=data,
            origin=Execution.Origin.BATCH,
            origin_id=batch.pk,
            key=f"batch:{batch.pk}:{number}",
            version_id=batch.version_id,
            # Thousands at once: what comes in meanwhile goes first.
            priority=Priority.LOW,
            now=piece.now,
        )
    batch.started += len(rows) - len(left_out)
    batch.skipped += len(left_out)
    batch.problems = [*batch.problems, *left_out][:MOST_NOTED]
