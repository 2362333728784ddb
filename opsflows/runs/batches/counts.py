"""How many runs of a batch are in which state, without counting them all."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsflows.queue.written_out import written_out
from opsflows.runs.models import Execution, RunBatch

#: Where counting ends, for each state.
MOST = 1_000

_OTHERS: tuple[Execution.Status, ...] = tuple(
    status for status in Execution.Status if status != Execution.Status.COMPLETED
)


@dataclass(frozen=True, slots=True)
class Count:
    """`number` runs, or more than that."""

    number: int
    has_more: bool = False


def runs_by_state(batch: RunBatch) -> Mapping[Execution.Status, Count]:
    """The states in which there are runs of the batch. A query for each, of at most `MOST` entries of an index.

    What has completed is what is in no other state: only where one of these is not counted to its end, it is counted
    itself. Runs that were deleted for their age count as completed, so a list does not seem to shrink.
    """
    if not batch.started:
        return {}
    found = {status: _count(batch, status) for status in _OTHERS}
    if any(count.has_more for count in found.values()):
        found[Execution.Status.COMPLETED] = _count(batch, Execution.Status.COMPLETED)
    else:
        others = sum(count.number for count in found.values())
        found[Execution.Status.COMPLETED] = Count(max(0, batch.started - others))
    return {status: count for status, count in found.items() if count.number}


def _count(batch: RunBatch, status: Execution.Status) -> Count:
    rows = Execution.objects.filter(
        written_out("workflow_executions.origin = 'batch'"), origin_id=batch.pk, execution_status=status
    )
    keys = rows.order_by().values_list("origin_id", flat=True)[: MOST + 1]
    number = len(keys)
    return Count(min(number, MOST), number > MOST)
