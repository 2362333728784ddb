"""Open forks, launch their branches, join them: inside the flush's transaction, under the fork's lock."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from opsflows.queue.bulk import insert_rows, update_rows
from opsflows.runs.engine.launch import Owner, launch
from opsflows.runs.engine.progress import Ended, Parked, Progress
from opsflows.runs.engine.run import Run
from opsflows.runs.models import Branch, Execution, Fork, QueueItem, Step
from opsflows.runs.replay.reopen import reopened
from opsflows.runs.waiting.leave import drop_waits
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.outcomes import Join

_BRANCH = ("id", "fork", "position", "handle", "item", "status")
_BRANCH_RESULT = ("status", "output", "error_message", "completed_at", "node_id")
_FORK_COUNTS = (
    "status",
    "launched",
    "done",
    "failed",
    "dropped",
    "window_at",
    "window_count",
    "completed_at",
)
_OVER = {
    Execution.Status.COMPLETED: Branch.Status.COMPLETED,
    Execution.Status.CANCELLED: Branch.Status.DROPPED,
}


def open_forks(progresses: Sequence[Progress], *, now: datetime) -> None:
    """Write the forks that runs came to, and begin their first branches."""
    for progress in progresses:
        if isinstance(progress.rest, Parked) and progress.rest.fork is not None:
            _open(progress.run, progress.rest.fork.branches, progress.rest.fork.join, now)


def end_branches(progresses: Sequence[Progress], *, now: datetime) -> None:
    """Record the branches that came to their end, and see what follows for their forks."""
    runs = [progress.run for progress in progresses if progress.run.branch is not None]
    if not runs:
        return
    _add_failed_steps(runs)
    over = [progress for progress in progresses if progress.run.branch and isinstance(progress.rest, Ended)]
    ended: dict[uuid.UUID, list[Progress]] = {}
    for progress in over:
        assert progress.run.branch is not None  # noqa: S101  (chosen so)
        ended.setdefault(progress.run.branch.fork_id, []).append(progress)
    if not ended:
        return
    update_rows(Branch, _BRANCH_RESULT, [_result(progress, now) for progress in over])
    for fork_id in sorted(ended):
        # Read one by one: what ends one of them may close another that stands inside of it.
        for fork in locked(Fork.objects.filter(id=fork_id)):
            _go_on(fork, ended[fork_id], now)


def end_branch(*, branch_id: uuid.UUID, owner: Owner, output: Any, now: datetime) -> None:
    """Record that a person ended a branch as a success; its queue row is the caller's to delete, and to lock first."""
    branch = Branch.objects.get(id=branch_id)
    row = (branch_id, Branch.Status.COMPLETED.value, output, None, now, None)
    update_rows(Branch, _BRANCH_RESULT, [row])
    for fork in locked(Fork.objects.filter(id=branch.fork_id)):
        fork.done += 1
        _advance(fork, owner, hard_failures=0, now=now)


def give_up(progresses: Sequence[Progress], *, now: datetime) -> None:
    """Give up the branches of runs that are to end."""
    for progress in progresses:
        if isinstance(progress.rest, Parked) and progress.rest.gives_up and progress.run.fork is not None:
            for fork in locked(Fork.objects.filter(id=progress.run.fork.id)):
                if fork.status != Fork.Status.JOINED:
                    close(fork, progress.run.graph, now)
                _save(fork, now)


def locked(forks: QuerySet[Fork]) -> Iterable[Fork]:
    """The forks, locked in one order."""
    forks = forks.order_by("id")
    return list(forks.select_for_update() if connection.features.has_select_for_update else forks)


def close(fork: Fork, graph: CompiledGraph, now: datetime) -> None:
    """Begin nothing more, drop what rests, and let what is under way come home."""
    fork.status = Fork.Status.CLOSING
    # Locked, because a worker may be claiming one that rests: then it is under way.
    items = QueueItem.objects.filter(branch__fork=fork).order_by("id").select_for_update(of=("self",))
    busy = False
    dropped: list[tuple[Any, ...]] = []
    rested: list[QueueItem] = []
    for item in items:
        inner = _fork_at(item)
        if item.status == QueueItem.Status.PROCESSING:
            QueueItem.objects.filter(id=item.id).update(cancel_requested=True)
            busy = True
        elif inner is not None:
            QueueItem.objects.filter(id=item.id).update(cancel_requested=True)
            close(inner, graph, now)
            _save(inner, now)
            busy = True
        else:
            rested.append(item)
            dropped.append((item.branch_id, Branch.Status.DROPPED.value, now, item.node_id))
    drop_waits(rested, graph, now=now)
    for item in rested:
        _drop(item, now)
    update_rows(Branch, ("status", "completed_at", "node_id"), dropped)
    fork.dropped += len(dropped)
    if not busy:
        fork.status = Fork.Status.JOINED


def _open(run: Run, branches: Sequence[tuple[str, Any]], join: Join, now: datetime) -> None:
    fork = reopened(run) or _new(run, branches, join, now)
    _advance(fork, run, hard_failures=0, now=now)


def _new(run: Run, branches: Sequence[tuple[str, Any]], join: Join, now: datetime) -> Fork:
    fork = Fork.objects.create(
        execution_id=run.execution_id,
        item_id=run.item_id,
        branch_id=run.branch.id if run.branch else None,
        node_id=run.position.node_id,
        iteration=run.position.iteration,
        generation=run.position.generation,
        join=as_json(join),
        total=len(branches),
        started_at=now,
    )
    pending = Branch.Status.PENDING.value
    rows = [
        (Branch._meta.pk.get_default(), fork.id, position, handle, item, pending)
        for position, (handle, item) in enumerate(branches)
    ]
    insert_rows(Branch, _BRANCH, rows)
    return fork


def as_json(join: Join) -> dict[str, Any]:
    """The join as a fork keeps it."""
    return {
        "need": join.need,
        "tolerate": sorted(join.tolerate),
        "stopOnError": join.stop_on_error,
        "concurrency": join.concurrency,
        "rate": join.rate,
        "window": join.window.total_seconds(),
        "itemName": join.item_name,
    }


def _result(progress: Progress, now: datetime) -> tuple[Any, ...]:
    assert isinstance(progress.rest, Ended) and progress.run.branch  # noqa: S101, PT018  (chosen so)
    status, stood_at = _OVER.get(progress.rest.status, Branch.Status.FAILED), progress.run.position.node_id
    again = None if status == Branch.Status.COMPLETED else stood_at
    return (progress.run.branch.id, status.value, progress.rest.output, progress.rest.error, now, again)


def _add_failed_steps(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.failed_steps and run.branch is not None:
            Fork.objects.filter(id=run.branch.fork_id).update(failed_steps=F("failed_steps") + run.failed_steps)
            run.failed_steps = 0


def _go_on(fork: Fork, ended: Sequence[Progress], now: datetime) -> None:
    handles = dict(
        Branch.objects.filter(id__in=[each.run.branch.id for each in ended if each.run.branch]).values_list(
            "id", "handle"
        )
    )
    hard = 0
    for progress in ended:
        assert isinstance(progress.rest, Ended) and progress.run.branch  # noqa: S101, PT018  (chosen so)
        match _OVER.get(progress.rest.status):
            case Branch.Status.COMPLETED:
                fork.done += 1
            case Branch.Status.DROPPED:
                fork.dropped += 1
            case _:
                fork.failed += 1
                hard += handles[progress.run.branch.id] not in fork.join["tolerate"]
    _advance(fork, ended[0].run, hard_failures=hard, now=now)


def _advance(fork: Fork, owner: Owner, *, hard_failures: int, now: datetime) -> None:
    """Launch more, or join."""
    if fork.status == Fork.Status.OPEN and not _is_decided(fork, hard_failures):
        launch(fork, owner=owner, now=now)
    if fork.status == Fork.Status.OPEN:
        if fork.done + fork.failed + fork.dropped == fork.total:
            fork.status = Fork.Status.JOINED
        elif _is_decided(fork, hard_failures):
            close(fork, owner.graph, now)
    elif fork.done + fork.failed + fork.dropped == fork.launched:
        fork.status = Fork.Status.JOINED
    _save(fork, now)


def _is_decided(fork: Fork, hard_failures: int) -> bool:
    """Whether the branches that are not over can no longer change anything."""
    need = fork.join["need"]
    if hard_failures and fork.join["stopOnError"]:
        return True
    return need is not None and (fork.done >= need or fork.total - fork.failed - fork.dropped < need)


def _save(fork: Fork, now: datetime) -> None:
    is_over = fork.status == Fork.Status.JOINED
    if is_over:
        fork.completed_at = now
    fork.save(update_fields=(*_FORK_COUNTS, "join") if "again" in fork.join else _FORK_COUNTS)
    if is_over:
        # Whoever waits here goes on; a run that waits for its own end as well.
        waiting = QueueItem.objects.filter(id=fork.item_id, status=QueueItem.Status.WAITING)
        waiting.update(status=QueueItem.Status.QUEUED, scheduled_at=now)


def _fork_at(item: QueueItem) -> Fork | None:
    """The fork at which this row rests, if its branches are not over."""
    if not item.resumes:
        return None
    at = Fork.objects.filter(
        execution_id=item.execution_id, node_id=item.node_id, iteration=item.iteration, generation=item.generation
    )
    return next(iter(locked(at.exclude(status=Fork.Status.JOINED))), None)


def _drop(item: QueueItem, now: datetime) -> None:
    """A branch that rests ends here; the step it rested at was not finished."""
    Step.objects.filter(
        execution_id=item.execution_id,
        step_id=item.node_id,
        iteration=item.iteration,
        generation=item.generation,
        step_status__in=[Step.Status.RUNNING, Step.Status.WAITING],
    ).update(
        step_status=Step.Status.SKIPPED, completed_at=now, error_message="The branch was given up before this step did."
    )
    item.delete()
