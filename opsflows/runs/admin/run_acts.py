"""What a person can do with a run: cancel it, or decide about a step that nobody could be sure of."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.models import Execution
from opsflows.runs.resolve_unclear import NotHeld, Verdict, resolve_unclear
from opsflows.workflows.errors import InvalidDefinition


def _cancel(deed: Deed) -> str:
    try:
        run = cancel(actor=deed.actor, execution_id=deed.row.pk, now=deed.now)
    except NotRunning as over:
        raise Refused(f"{over} Nothing was changed.") from None
    if run.execution_status == Execution.Status.CANCELLED:
        return "The run is cancelled."
    return "The run will stop as soon as the call that is under way has been recorded."


def _it_happened(deed: Deed) -> str:
    _decide(deed, "it_happened")
    return "The step counts as done, and the run goes on behind it."


def _run_again(deed: Deed) -> str:
    _decide(deed, "run_again")
    return "The step is made once more, and the run goes on from there."


def _decide(deed: Deed, verdict: Verdict) -> None:
    try:
        resolve_unclear(actor=deed.actor, execution_id=deed.row.pk, verdict=verdict, now=deed.now)
    except NotHeld:
        raise Refused(
            "This run does not wait for a decision any more; somebody else may have decided. Nothing was changed."
        ) from None
    except InvalidDefinition as error:
        raise Refused(f"The version this run started with can no longer run here: {error}") from None


def _is_held(run: Execution) -> bool:
    return run.execution_status == Execution.Status.NEEDS_ATTENTION


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
