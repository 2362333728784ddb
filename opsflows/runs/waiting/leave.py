"""What follows when runs leave their waits, or give them up: in the transaction in which they do."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from opsflows.runs.engine.progress import Progress, StepRecord
from opsflows.runs.engine.run import Run, step_key
from opsflows.runs.models import EventWait, QueueItem, Step
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.kinds import GivenUp, StepKind

_NOT_AWAITED = frozenset({Step.Status.SKIPPED, Step.Status.FAILED})


def leave_waits(progresses: Sequence[Progress], *, now: datetime) -> None:
    """Close the waits that runs have left, and clear away behind steps that will not go on."""
    left: dict[uuid.UUID, uuid.UUID] = {}
    given_up: list[tuple[StepKind, GivenUp]] = []
    for progress in progresses:
        for record in progress.records:
            # Only what waited has a row already, or what called outside.
            if record.row_id is None or record.status == Step.Status.WAITING:
                continue
            kind, run = record.node.kind, progress.run
            if kind.listens:
                left[run.item_id] = run.execution_id
            if kind.gives_up and record.status in _NOT_AWAITED:
                given_up.append((kind, _of_record(run, record)))
    _close(left.values(), left.keys())
    _clear_away(given_up, now)


def drop_waits(items: Sequence[QueueItem], graph: CompiledGraph | None, *, now: datetime) -> None:
    """The same for queue rows that rest, of a run in `graph`, and that are deleted."""
    left: dict[uuid.UUID, uuid.UUID] = {}
    given_up: list[tuple[StepKind, GivenUp]] = []
    for item in items:
        node = graph.nodes.get(item.node_id) if graph is not None and item.resumes else None
        if node is None:
            continue
        if node.kind.listens:
            left[item.id] = item.execution_id
        if node.kind.gives_up:
            given_up.append((node.kind, _of_row(item)))
    _close(left.values(), left.keys())
    _clear_away(given_up, now)


def _of_record(run: Run, record: StepRecord) -> GivenUp:
    key = step_key(run.execution_id, record.node.id, record.iteration, record.generation)
    return GivenUp(run.account_id, run.execution_id, run.item_id, record.node.id, key, record.attempt)


def _of_row(item: QueueItem) -> GivenUp:
    key = step_key(item.execution_id, item.node_id, item.iteration, item.generation)
    return GivenUp(item.account_id, item.execution_id, item.id, item.node_id, key, item.attempt)


def close_waits_of(runs: Collection[uuid.UUID]) -> None:
    """Close all waits of runs that are over."""
    if runs:
        EventWait.objects.filter(execution_id__in=runs, is_open=True).update(is_open=False)


def _close(runs: Collection[uuid.UUID], items: Collection[uuid.UUID]) -> None:
    """Close what these queue rows waited for at their steps; the runs they belong to lead to the waits."""
    if items:
        waits = EventWait.objects.filter(execution_id__in=runs, purpose=EventWait.Purpose.STEP, is_open=True)
        waits.filter(item_id__in=items).update(is_open=False)


def _clear_away(given_up: Sequence[tuple[StepKind, GivenUp]], now: datetime) -> None:
    by_kind: dict[str, tuple[StepKind, list[GivenUp]]] = {}
    for kind, step in given_up:
        by_kind.setdefault(kind.kind, (kind, []))[1].append(step)
    for kind, steps in by_kind.values():
        kind.give_up(steps, now=now)
