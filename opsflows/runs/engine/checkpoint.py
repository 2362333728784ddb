"""Write the progress of many runs: a fixed number of statements, inside the flush's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsflows.queue.bulk import insert_rows, update_rows
from opsflows.runs.engine.progress import Calling, Ended, Parked, Progress, StepRecord
from opsflows.runs.models import Execution, QueueItem, Step, Variable

_STEP = (
    "id",
    "execution",
    "step_id",
    "step_type",
    "iteration",
    "generation",
    "attempt",
    "step_config",
    "input_data",
    "output_data",
    "step_status",
    "handle",
    "warnings",
    "started_at",
    "completed_at",
    "error_message",
)
_STEP_RESULT = ("output_data", "step_status", "handle", "warnings", "completed_at", "error_message")
_EXECUTION_END = (
    "execution_status",
    "current_step",
    "failed_steps",
    "completed_at",
    "error_message",
    "execution_time_ms",
)
_EXECUTION_REST = ("execution_status", "current_step", "failed_steps", "error_message")
_ITEM = (
    "status",
    "scheduled_at",
    "node_id",
    "attempt",
    "entered_at",
    "resumes",
    "claims",
    "fence",
    "worker_id",
    "lease_expires_at",
    "trigger_data",
)
_ITEM_CALLING = ("node_id", "attempt", "entered_at", "resumes", "claims", "fence")


def checkpoint(progresses: Sequence[Progress], *, now: datetime) -> None:
    """Steps, variables, executions and queue rows of all `progresses`."""
    _write_steps(progresses)
    _write_variables(progresses, now)
    _write_executions(progresses, now)
    _write_items(progresses)


def _write_steps(progresses: Sequence[Progress]) -> None:
    new: list[tuple[Any, ...]] = []
    finished: list[tuple[Any, ...]] = []
    for progress in progresses:
        for record in progress.records:
            result = _step_result(record)
            if record.row_id is not None:
                finished.append((record.row_id, *result))
                continue
            output, status, handle, warnings, completed_at, error = result
            new.append(
                (
                    record.id,
                    progress.run.execution_id,
                    record.node.id,
                    record.node.kind.step_type,
                    record.iteration,
                    record.generation,
                    record.attempt,
                    {"kind": record.node.kind.kind, "label": record.node.label},
                    record.input_data,
                    output,
                    status,
                    handle,
                    warnings,
                    record.started_at,
                    completed_at,
                    error,
                )
            )
    insert_rows(Step, _STEP, new)
    update_rows(Step, _STEP_RESULT, finished)
    if withdrawn := [progress.withdrawn for progress in progresses if progress.withdrawn is not None]:
        Step.objects.filter(id__in=withdrawn).delete()


def _step_result(record: StepRecord) -> tuple[Any, ...]:
    return (
        record.output_data,
        record.status.value,
        record.handle,
        list(record.warnings),
        record.completed_at,
        record.error,
    )


def _write_variables(progresses: Sequence[Progress], now: datetime) -> None:
    rows = [
        Variable(
            execution_id=progress.run.execution_id,
            variable_name=name,
            variable_value=value,
            variable_type=_variable_type(value),
            created_at=now,
        )
        for progress in progresses
        for name, value in progress.variables.items()
    ]
    if rows:
        Variable.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["execution", "variable_name"],
            update_fields=["variable_value", "variable_type"],
        )


def _variable_type(value: Any) -> str:
    match value:
        case bool():
            return Variable.Type.BOOLEAN
        case str() | None:
            return Variable.Type.STRING
        case dict():
            return Variable.Type.OBJECT
        case list() | tuple():
            return Variable.Type.ARRAY
        case _:
            return Variable.Type.NUMBER


def _write_executions(progresses: Sequence[Progress], now: datetime) -> None:
    ended: list[tuple[Any, ...]] = []
    resting: list[tuple[Any, ...]] = []
    for progress in progresses:
        run = progress.run
        match progress.rest:
            case Ended(status, error):
                elapsed = max(0, int((now - run.started_at).total_seconds() * 1000))
                ended.append((run.execution_id, status.value, None, run.failed_steps, now, error, elapsed))
            case Parked(QueueItem.Status.QUEUED):
                pass
            case Parked(status, _, reason):
                held = status == QueueItem.Status.HELD
                state = Execution.Status.NEEDS_ATTENTION if held else Execution.Status.WAITING
                resting.append((run.execution_id, state.value, run.position.node_id, run.failed_steps, reason))
    update_rows(Execution, _EXECUTION_END, ended)
    update_rows(Execution, _EXECUTION_REST, resting)


def _write_items(progresses: Sequence[Progress]) -> None:
    over = [progress.run.item_id for progress in progresses if isinstance(progress.rest, Ended)]
    if over:
        QueueItem.objects.filter(id__in=over)._raw_delete(using="default")
    parked = [
        _item(progress, status=progress.rest.status.value, due=progress.rest.due)
        for progress in progresses
        if isinstance(progress.rest, Parked)
    ]
    update_rows(QueueItem, _ITEM, parked)
    # A run that made progress is no longer suspect, so its claims count from this one on.
    calling = [
        (
            progress.run.item_id,
            progress.run.position.node_id,
            progress.run.position.attempt,
            progress.run.position.entered_at,
            False,
            1,
            progress.run.fence,
        )
        for progress in progresses
        if isinstance(progress.rest, Calling)
    ]
    update_rows(QueueItem, _ITEM_CALLING, calling)


def _item(progress: Progress, *, status: str, due: datetime) -> tuple[Any, ...]:
    run, position = progress.run, progress.run.position
    return (
        run.item_id,
        status,
        due,
        position.node_id,
        position.attempt,
        position.entered_at,
        position.resumes,
        0,
        run.fence,
        None,
        None,
        None,
    )
