"""What a person can do with a batch: start it, put it away, stop it, go on with it."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.runs.batches.begin import begin_batch, go_on_with_batch
from opsflows.runs.batches.refusal import NotNow
from opsflows.runs.batches.standing import Standing, standing_of
from opsflows.runs.batches.stop import discard_batch, stop_batch
from opsflows.runs.start_run import NotStartable


def _start(deed: Deed) -> str:
    try:
        begin_batch(actor=deed.actor, batch_id=deed.row.pk, now=deed.now)
    except (NotNow, NotStartable) as error:
        raise Refused(str(error)) from None
    return "Started: a worker begins within a few seconds."


def _discard(deed: Deed) -> str:
    try:
        discard_batch(actor=deed.actor, batch_id=deed.row.pk)
    except NotNow as error:
        raise Refused(str(error)) from None
    return "The list is deleted. Nothing was started."


def _stop(deed: Deed) -> str:
    try:
        batch = stop_batch(actor=deed.actor, batch_id=deed.row.pk, now=deed.now)
    except NotNow as error:
        raise Refused(str(error)) from None
    return f"Stopped. {rows(batch.started)} had been started and go on; {batch.left:,} will not be."


def _go_on(deed: Deed) -> str:
    try:
        go_on_with_batch(actor=deed.actor, batch_id=deed.row.pk, now=deed.now)
    except NotNow as error:
        raise Refused(str(error)) from None
    return "It goes on where it stood, within a few seconds."


def rows(number: int) -> str:
    """`1 row`, `12,000 rows`."""
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


ACTS = (
    Act(
        name="start",
        label="Start",
        icon="play_arrow",
        permission=Permission.RUNS_START,
        question=lambda batch: (
            f"“{batch.workflow.workflow_name}” is run in earnest for {rows(batch.left)}, each on its own: what it "
            "sends is sent. All rows are done by the version that is published now."
        ),
        perform=_start,
        is_possible=lambda batch: batch.began_at is None,
    ),
    Act(
        name="go-on",
        label="Go on",
        icon="resume",
        permission=Permission.RUNS_START,
        question=lambda batch: f"{rows(batch.left)} are left. Those that were started are not started again.",
        perform=_go_on,
        is_possible=lambda batch: standing_of(batch) is Standing.FAILED,
    ),
    Act(
        name="stop",
        label="Stop",
        icon="stop_circle",
        permission=Permission.RUNS_START,
        question=lambda batch: (
            "No more runs are started, and the rest of the list is deleted. Runs that were started go on; each can be "
            "cancelled on its own page."
        ),
        perform=_stop,
        is_possible=lambda batch: standing_of(batch) in (Standing.WAITING, Standing.RUNNING, Standing.FAILED),
        is_dangerous=True,
    ),
    Act(
        name="discard",
        label="Discard",
        icon="delete",
        permission=Permission.RUNS_START,
        question=lambda batch: "The list is deleted. Nothing was started of it.",
        perform=_discard,
        is_possible=lambda batch: batch.began_at is None,
        is_dangerous=True,
        ends_row=True,
    ),
)
