"""Start the error workflow of runs that fail, with the failed run as its data."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.events.emit import LoopError
from opsflows.runs.engine.ends import End
from opsflows.runs.failing.links import run_link
from opsflows.runs.models import Execution
from opsflows.runs.start_run import NotStartable, start_run
from opsflows.workflows.error_workflow import KIND
from opsflows.workflows.models import Workflow

_RUN = ("id", "workflow__workflow_name", "started_at", "origin", "origin_id", "trigger_data")


@dataclass(frozen=True, slots=True)
class _Failed:
    """What the error workflow is told of a run, besides what its end says."""

    workflow_name: str
    started_at: datetime
    origin: str
    origin_id: uuid.UUID | None
    data: Any


def hand_over(failed: Sequence[End], *, now: datetime) -> None:
    """Start what `failed` name; where that cannot be, the run says so beside its own error."""
    named = [(end, name) for end in failed if (name := _named(end)) is not None]
    if not named:
        return
    runs = _read([end.execution_id for end, _ in named])
    for end, name in named:
        run = runs[end.execution_id]
        try:
            _start(end, name, run, now)
        except (NotStartable, LoopError) as error:
            note = f"The error workflow {name!r} was not started: {error}"
            said = "\n".join(filter(None, [end.error, note]))
            Execution.objects.filter(pk=end.execution_id).update(error_message=said)


def _named(end: End) -> str | None:
    return end.graph.settings.errorHandling.errorWorkflow if end.graph is not None else None


def _read(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Failed]:
    rows = Execution.objects.filter(id__in=ids).values_list(*_RUN, "event__payload__data")
    return {
        run_id: _Failed(name, started_at, origin, origin_id, carried if given is None else given)
        for run_id, name, started_at, origin, origin_id, given, carried in rows
    }


def _start(end: End, name: str, run: _Failed, now: datetime) -> None:
    workflow_id = _target(end, name)
    if workflow_id in _workflows_behind(end, run):
        raise NotStartable("it is what failed, or what led to this failure; it would go round in a circle.")
    workflow = Workflow.every.filter(pk=workflow_id, account=end.account_id).first()
    if workflow is None:
        raise NotStartable("it is not there any more.")
    if workflow.published_version_id is not None and not workflow.is_active and workflow.deleted_at is None:
        raise NotStartable(f"“{workflow.workflow_name}” is paused; resume it.")
    started = start_run(
        workflow=workflow,
        data=told(end, run, now),
        origin=Execution.Origin.FAILURE,
        origin_id=end.execution_id,
        depth=end.depth + 1,
        now=now,
    )
    if started.execution_status == Execution.Status.CANCELLED:
        raise NotStartable(f"it was left out. {started.error_message}")


def _target(end: End, name: str) -> uuid.UUID:
    frozen: Mapping[str, Any] | None = end.graph.references.get(KIND, {}).get(name) if end.graph is not None else None
    if frozen is None:
        raise NotStartable("the version does not say which one that is; publish the workflow again.")
    return uuid.UUID(frozen["id"])


def told(end: End, run: _Failed, now: datetime) -> dict[str, Any]:
    """What the steps of an error workflow read: `{{workflow.name}}`, `{{run.link}}`, `{{step.label}}`, `{{error}}`."""
    node = end.graph.nodes.get(end.stood_at or "") if end.graph is not None else None
    return {
        "workflow": {"id": str(end.workflow_id), "name": run.workflow_name},
        "run": {
            "id": str(end.execution_id),
            "link": run_link(end.execution_id),
            "status": end.status.value,
            "started_at": run.started_at.isoformat(),
            "failed_at": now.isoformat(),
        },
        "step": {"id": node.id, "label": node.label, "kind": node.kind.kind} if node is not None else None,
        "error": end.error,
        "data": run.data,
    }


def _workflows_behind(end: End, run: _Failed) -> set[uuid.UUID]:
    """The workflow that failed, and of an error workflow's own run those whose failures led to it."""
    found = {end.workflow_id}
    origin, origin_id = run.origin, run.origin_id
    # Each is one deeper than the one before, so this ends.
    while origin == Execution.Origin.FAILURE and origin_id is not None:
        before = Execution.objects.filter(pk=origin_id).values_list("workflow_id", "origin", "origin_id").first()
        if before is None:
            break
        found.add(before[0])
        origin, origin_id = before[1], before[2]
    return found
