"""Runs that completed although steps of them failed, because their error handling says `continue`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef

from opsflows.runs.engine.ends import End
from opsflows.runs.engine.failing import error_means
from opsflows.runs.models import Execution, Step

#: Failed steps looked at for one batch of ends; a list of thousands may have failed item by item.
_MOST = 1000


def went_on(ends: Sequence[End]) -> Iterator[End]:
    """Those whose workflow names somebody to be told, as if they had failed at the first such step.

    What a list or an optional branch tolerates is part of the flow, and so is a way out by “error”: neither is told.
    Asks the database only where there is such a run.
    """
    found = {end.execution_id: end for end in ends if end.failed_steps and _tells(end)}
    if not found:
        return
    later = Step.objects.filter(
        execution=OuterRef("execution"),
        iteration=OuterRef("iteration"),
        step_id=OuterRef("step_id"),
        attempt__gt=OuterRef("attempt"),
    )
    steps = Step.objects.filter(execution__in=found, step_status=Step.Status.FAILED, handle="")
    rows = steps.exclude(Exists(later)).order_by("id").values_list("execution_id", "step_id", "error_message")
    for execution_id, step_id, error in rows[:_MOST]:
        if execution_id in found and _passed_over(found[execution_id], step_id):
            yield replace(found.pop(execution_id), stood_at=step_id, error=f"{error} The run went on.")


def _passed_over(end: End, step_id: str) -> bool:
    node = end.graph.nodes.get(step_id) if end.graph is not None else None
    return end.graph is not None and node is not None and error_means(node, end.graph) == "continue"


def _tells(end: End) -> bool:
    return (
        end.status == Execution.Status.COMPLETED
        and end.graph is not None
        and bool(end.graph.settings.errorHandling.notifyOnFailure)
    )
