"""What follows when runs come to their end: in the transaction that ends them, for the few that have followers.

A plain run (nobody waits for it, no turns to take, nothing to tell) costs nothing here.
"""

from collections.abc import Sequence
from datetime import datetime

from opsflows.runs.admission.leave import leave
from opsflows.runs.engine.ends import End, end_of
from opsflows.runs.failing.follow import follow_failures
from opsflows.runs.states.keep import keep_states
from opsflows.runs.waiting.children import wake_parents
from opsflows.runs.waiting.leave import close_waits_of

__all__ = ["End", "after_end", "end_of"]


def after_end(ends: Sequence[End], *, now: datetime) -> None:
    """Do for `ends` what their settings, and those who wait for them, ask for."""
    keep_states(ends, now=now)
    close_waits_of([end.execution_id for end in ends if end.graph is None or end.graph.listens])
    wake_parents(ends, now=now)
    follow_failures(ends, now=now)
    leave(ends, now=now)
