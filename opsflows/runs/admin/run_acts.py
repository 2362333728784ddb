"""What a person can do with a run: cancel it, or decide about a step that nobody could be sure of."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.runs.admin.held import DONE, decide
from opsflows.runs.admin.replay_acts import REPLAY_ACTS
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.models import Execution, QueueItem


def _cancel(deed: Deed) -> str:
    try:
        run = cancel(actor=deed.actor, execution_id=deed.row.pk, now=deed.now)
    except NotRunning as over:
        raise Refused(f"{over} Nothing was changed.") from None
    if run.execution_status == Execution.Status.CANCELLED:
        return "The run is cancelled."
    return "The run will stop as soon as the call that is under way has been recorded."


def _it_happened(deed: Deed) -> str:
    decide(deed, "it_happened")
    return DONE["it-happened"]


def _run_again(deed: Deed) -> str:
    decide(deed, "run_again")
    return DONE["run-again"]


def _is_held(run: Execution) -> bool:
    """Of several held steps, each has buttons of its own."""
    if run.execution_status != Execution.Status.NEEDS_ATTENTION:
        return False
    return len(run.queue_items.filter(status=QueueItem.Status.HELD)[:2]) == 1


ACTS = (
    Act(
        name="it-happened",
        label="It happened",
        icon="check",
        permission=Permission.RUNS_OPERATE,
        question=lambda run: (
            "You have looked at the other side, and the call did arrive. The step counts as done, and the run goes on "
            "behind it. Nothing is sent again."
        ),
        perform=_it_happened,
        is_possible=_is_held,
    ),
    Act(
        name="run-again",
        label="Run it again",
        icon="replay",
        permission=Permission.RUNS_OPERATE,
        question=lambda run: (
            "The step is made once more, as a new call under a new key. If the first one did arrive after all, the "
            "other side gets it twice."
        ),
        perform=_run_again,
        is_possible=_is_held,
    ),
    *REPLAY_ACTS,
    Act(
        name="cancel",
        label="Cancel the run",
        icon="cancel",
        permission=Permission.RUNS_OPERATE,
        question=lambda run: (
            f"The run of “{run.workflow.workflow_name}” ends here. What its steps have done stays done; what is still "
            "to come will not happen. This cannot be undone."
        ),
        perform=_cancel,
        is_possible=lambda run: run.execution_status not in Execution.TERMINAL and run.cancel_requested_at is None,
        is_dangerous=True,
    ),
)
