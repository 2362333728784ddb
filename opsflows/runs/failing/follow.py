"""Do for runs that fail what their workflow's `errorHandling` asks for, in the transaction that ends them."""

from collections.abc import Sequence
from datetime import datetime

from opsflows.runs.engine.ends import End
from opsflows.runs.failing.hand_over import hand_over
from opsflows.runs.failing.notice import note_failures
from opsflows.runs.failing.went_on import went_on
from opsflows.runs.models import Execution

FAILED = frozenset({Execution.Status.FAILED, Execution.Status.TIMEOUT})


def follow_failures(ends: Sequence[End], *, now: datetime) -> None:
    """Note who is to be told, and start error workflows. Runs that ended without a failure cost nothing."""
    failed = [end for end in ends if end.status in FAILED and end.graph is not None]
    if told := [*failed, *went_on(ends)]:
        note_failures(told, now=now)
    if failed:
        hand_over(failed, now=now)
