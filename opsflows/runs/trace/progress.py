"""How far a fork is, from its one row: however many branches it has, nothing is counted."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsflows.runs.models import Fork


@dataclass(frozen=True, slots=True)
class ForkProgress:
    """What became of the branches of a fork so far; `left` counts those under way and those not begun."""

    id: uuid.UUID
    node_id: str
    iteration: str
    total: int
    begun: int
    done: int
    failed: int
    dropped: int
    is_over: bool
    started_at: datetime
    completed_at: datetime | None

    @property
    def over(self) -> int:
        """How many are over, however they ended."""
        return self.done + self.failed + self.dropped

    @property
    def left(self) -> int:
        """How many are not over, of those that will still be begun."""
        return 0 if self.is_over else self.total - self.over

    @property
    def under_way(self) -> int:
        """How many are begun and not over."""
        return 0 if self.is_over else self.begun - self.over

    @property
    def never_begun(self) -> int:
        """How many will not be begun any more, because the join was decided before."""
        return self.total - self.begun if self.is_over else 0

    def time_left(self, now: datetime) -> timedelta | None:
        """As long as it takes at the rate so far; None where that cannot be told."""
        elapsed = now - self.started_at
        if self.is_over or not self.over or elapsed <= timedelta():
            return None
        # As seconds: a list that crawls would take longer than a timedelta can hold.
        seconds = elapsed.total_seconds() / self.over * self.left
        return timedelta(seconds=seconds) if seconds < _LONGEST else None


#: An estimate of more than ten years says nothing.
_LONGEST = 3650 * 86400


def progress_of(fork: Fork) -> ForkProgress:
    """How far `fork` is."""
    return ForkProgress(
        id=fork.id,
        node_id=fork.node_id,
        iteration=fork.iteration,
        total=fork.total,
        begun=fork.launched,
        done=fork.done,
        failed=fork.failed,
        dropped=fork.dropped,
        is_over=fork.status == Fork.Status.JOINED,
        started_at=fork.started_at,
        completed_at=fork.completed_at,
    )
