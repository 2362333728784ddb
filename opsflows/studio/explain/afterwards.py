"""What became of a run after it had started: where it stands, and the step that failed or waits."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.trace.places import Plan

#: Runs of one event and workflow that are told of: its own, and those that people started again from it.
MOST = 5
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Afterwards:
    """One run, told in a sentence."""

    run_id: uuid.UUID
    status: str
    sentence: str


def afterwards(run_ids: Collection[uuid.UUID]) -> tuple[Afterwards, ...]:
    """What became of these runs, the first first; at most `MOST`. Three queries."""
    runs = list(Execution.objects.filter(pk__in=run_ids).select_related("version").order_by("pk")[:MOST])
    ids = [run.pk for run in runs]
    failed: dict[uuid.UUID, Step] = {}
    steps = Step.objects.filter(execution__in=ids, step_status=Step.Status.FAILED).order_by("-pk")
    for step in steps.only("execution_id", "step_id", "error_message")[: MOST * 10]:
        failed.setdefault(step.execution_id, step)
    # A run with branches stands in several places; one is enough to say that it stands.
    items = {
        item.execution_id: item for item in QueueItem.objects.filter(execution__in=ids).order_by("-pk")[: MOST * 10]
    }
    return tuple(Afterwards(run.pk, run.execution_status, _told(run, failed, items)) for run in runs)


def _told(run: Execution, failed: dict[uuid.UUID, Step], items: dict[uuid.UUID, QueueItem]) -> str:
    plan = Plan.of(run.version.workflow_data)
    step, item = failed.get(run.pk), items.get(run.pk)
    match run.execution_status:
        case Execution.Status.COMPLETED if run.exit_reason:
            return f"It was ended before its last step: {run.exit_reason}"
        case Execution.Status.COMPLETED if run.failed_steps:
            return f"It came to its end; {run.failed_steps} of its steps failed on the way."
        case Execution.Status.COMPLETED:
            return "It came to its end."
        case Execution.Status.FAILED | Execution.Status.TIMEOUT | Execution.Status.CANCELLED:
            where = f" at “{plan.called(step.step_id)}”" if step is not None else ""
            why = (step.error_message if step is not None else None) or run.error_message or ""
            ended = {"failed": "It failed", "timeout": "It took too long and was ended"}
            said = ended.get(run.execution_status, "It was cancelled")
            return f"{said}{where}: {_cut(why)}" if why else f"{said}{where}."
    if item is None:
        return "It is going on."
    place = f"“{plan.called(item.node_id)}”"
    match item.status:
        case QueueItem.Status.HELD:
            return f"It waits for a person to decide about {place}: nobody can tell whether that step happened."
        case QueueItem.Status.BLOCKED:
            return "It waits for its turn."
        case QueueItem.Status.WAITING:
            return f"It waits at {place}."
    return f"It is at {place}."


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
