"""Write the progress of many runs: a fixed number of statements, inside the flush's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsflows.queue.bulk import insert_rows, update_rows
from opsflows.runs.engine.after_end import End, after_end
from opsflows.runs.engine.forks import end_branches, give_up, open_forks
from opsflows.runs.engine.progress import Calling, Ended, Parked, Progress, StepRecord
from opsflows.runs.engine.shown import shown
from opsflows.runs.models import Execution, QueueItem, Step, Variable
from opsflows.runs.waiting.exits import end_by_exit
from opsflows.runs.waiting.leave import leave_waits
from opsflows.runs.waiting.listen import waits_of, write_waits

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
_FAILED = frozenset({Execution.Status.FAILED, Execution.Status.TIMEOUT})
_EXECUTION_REST = ("execution_status", "current_step", "failed_steps", "error_message")
_EXECUTION_HELD = ("execution_status", "current_step", "error_message")
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
    waits = waits_of(progresses, now=now)
    _write_steps(progresses)
    _write_variables(progresses, now)
    _write_executions(progresses, now)
    _write_items(progresses)
    open_forks(progresses, now=now)
    give_up(progresses, now=now)
    end_branches(progresses, now=now)
    leave_waits(progresses, now=now)
    write_waits(waits)
    end_by_exit(progresses, now=now)
    over = [progress for progress in progresses if progress.run.branch is None and isinstance(progress.rest, Ended)]
    after_end([_end(progress) for progress in over], now=now)


def _end(progress: Progress) -> End:
    run, rest = progress.run, progress.rest
    assert isinstance(rest, Ended)  # noqa: S101  (chosen so)
    return End(
        execution_id=run.execution_id,
        account_id=run.account_id,
        workflow_id=run.workflow_id,
        graph=run.graph,
        status=rest.status,
        error=rest.error,
        stood_at=run.position.node_id if rest.status in _FAILED else None,
        output=rest.output,
        depth=run.depth,
        awaited_by=run.awaited_by,
        gate_id=run.gate_id,
        failed_steps=run.failed_steps,
    )


def _write_steps(progresses: Sequence[Progress]) -> None:
    new: list[tuple[Any, ...]] = []
    finished: list[tuple[Any, ...]] = []
    also_set: list[tuple[Any, ...]] = []
    for progress in progresses:
        for record in progress.records:
            result = _step_result(record)
            if record.row_id is not None:
                finished.append((record.row_id, *result))
                if record.sets is not None:
                    also_set.append((record.row_id, _step_config(record)))
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
                    _step_config(record),
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
    update_rows(Step, ("step_config",), also_set)
    if withdrawn := [progress.withdrawn for progress in progresses if progress.withdrawn is not None]:
        Step.objects.filter(id__in=withdrawn).delete()


def _step_config(record: StepRecord) -> dict[str, Any]:
    """What the trace calls the step, and the variables that it set: their own rows keep only the latest value."""
    config: dict[str, Any] = {"kind": record.node.kind.kind, "label": record.node.label}
    if record.sets is not None:
        scope, values = record.sets
        config["sets"] = {"scope": scope, "values": shown(values)}
    return config


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
            place=place,
            scope=scope,
            variable_name=name,
            variable_value=value,
            variable_type=_variable_type(value),
            created_at=now,
        )
        for progress in progresses
        for (place, name), (scope, value) in progress.variables.items()
    ]
    if rows:
        Variable.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["execution", "place", "variable_name"],
            update_fields=["variable_value", "variable_type", "scope"],
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
    held: list[tuple[Any, ...]] = []
    for progress in progresses:
        run = progress.run
        match progress.rest:
            case Parked(QueueItem.Status.HELD, _, reason):
                held.append((run.execution_id, Execution.Status.NEEDS_ATTENTION.value, run.position.node_id, reason))
            case _ if run.branch is not None:
                # The run as a whole stands at its fork.
                pass
            case Ended(status, error):
                elapsed = max(0, int((now - run.started_at).total_seconds() * 1000))
                # Where it failed is where a person may take it up again.
                stood_at = run.position.node_id if status in _FAILED else None
                ended.append((run.execution_id, status.value, stood_at, run.failed_steps, now, error, elapsed))
            case Parked(QueueItem.Status.QUEUED):
                pass
            case Parked(_, _, reason) as rest:
                # With branches under way it is at work, not waiting.
                state = Execution.Status.WAITING if rest.fork is None else Execution.Status.RUNNING
                resting.append((run.execution_id, state.value, run.position.node_id, run.failed_steps, reason))
    update_rows(Execution, _EXECUTION_END, ended)
    update_rows(Execution, _EXECUTION_REST, resting)
    update_rows(Execution, _EXECUTION_HELD, held)
    update_rows(Execution, ("failed_steps",), [_failed(each) for each in progresses if _failed_on_the_way(each)])


def _failed_on_the_way(progress: Progress) -> bool:
    """Whether steps failed of a run that has not come to rest or end: who loads it next must know of them."""
    is_under_way = isinstance(progress.rest, Calling) or (
        isinstance(progress.rest, Parked) and progress.rest.status != QueueItem.Status.WAITING
    )
    return is_under_way and progress.run.branch is None and bool(progress.run.failed_steps and progress.records)


def _failed(progress: Progress) -> tuple[Any, ...]:
    return progress.run.execution_id, progress.run.failed_steps


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
