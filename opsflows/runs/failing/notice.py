"""Note who is to be told of a failure: the mail is a job's (upkeep/failures), which also tames storms of them."""

from collections.abc import Sequence
from datetime import datetime

from opsflows.runs.engine.ends import End
from opsflows.runs.models import FailureNotice


def note_failures(failed: Sequence[End], *, now: datetime) -> None:
    """A notice for each address of each run that names some; one statement, none where no run does."""
    rows = [
        FailureNotice(
            account_id=end.account_id,
            workflow_id=end.workflow_id,
            execution_id=end.execution_id,
            address=address,
            step=_step(end),
            error=end.error or "",
            failed_at=now,
        )
        for end in failed
        if end.graph is not None
        for address in {each.casefold(): each for each in end.graph.settings.errorHandling.notifyOnFailure}.values()
    ]
    if rows:
        FailureNotice.objects.bulk_create(rows, batch_size=500)


def _step(end: End) -> str:
    """What the step is called at which the run failed."""
    node = end.graph.nodes.get(end.stood_at or "") if end.graph is not None else None
    return node.label[:255] if node is not None else ""
