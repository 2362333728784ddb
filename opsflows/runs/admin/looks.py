"""How the states of runs and steps look, and which index finds the runs of a state."""

from django.db.models import QuerySet

from opsflows.admin_site.markup import Look
from opsflows.queue.written_out import written_out
from opsflows.runs.models import Execution, Step

RUN = {
    Execution.Status.RUNNING: Look("Running", "running", "play_circle"),
    Execution.Status.WAITING: Look("Waiting", "waiting", "schedule"),
    Execution.Status.NEEDS_ATTENTION: Look("Needs you", "attention", "front_hand"),
    Execution.Status.COMPLETED: Look("Done", "done", "check_circle"),
    Execution.Status.FAILED: Look("Failed", "failed", "error"),
    Execution.Status.CANCELLED: Look("Cancelled", "off", "cancel"),
    Execution.Status.TIMEOUT: Look("Timed out", "failed", "timer_off"),
}
STEP = {
    Step.Status.PENDING: Look("Still to come", "off", "radio_button_unchecked"),
    Step.Status.RUNNING: Look("Running", "running", "play_circle"),
    Step.Status.WAITING: Look("Waiting", "waiting", "schedule"),
    Step.Status.COMPLETED: Look("Done", "done", "check_circle"),
    Step.Status.FAILED: Look("Failed", "failed", "error"),
    Step.Status.SKIPPED: Look("Skipped", "off", "skip_next"),
}
#: A step that did not work and is tried again.
TRIED = Look("Tried again later", "attention", "replay")
#: A step whose run is held: it began, and nobody can tell how it ended.
UNCLEAR = Look("Unclear", "attention", "front_hand")


def with_status(runs: QuerySet[Execution], status: str) -> QuerySet[Execution]:
    """The runs of this status, through the index of those that did not simply complete."""
    rows = runs.filter(execution_status=status)
    if status == Execution.Status.COMPLETED:
        return rows
    unfinished = written_out("NOT (workflow_executions.execution_status = 'completed')")
    return rows.filter(unfinished)


def attention(runs: QuerySet[Execution]) -> QuerySet[Execution]:
    """The runs that wait for a person to decide."""
    return with_status(runs, Execution.Status.NEEDS_ATTENTION)
