"""How branches come together that were led one after the other, as if they had been under way at the same time."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from opsflows.runs.engine.progress import Ended
from opsflows.runs.models import Execution
from opsflows.workflows.outcomes import Join


@dataclass(frozen=True, slots=True)
class LedBranch:
    """A branch that was led to its end."""

    position: int
    handle: str
    item: Any
    over: Ended
    ends_at: datetime
    failed_steps: int = 0
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of the branches, `statuses` in their order, and when the run goes on."""

    statuses: tuple[str, ...]
    total: int
    done: int
    failed: int
    dropped: int
    at: datetime

    def summary(self, led: Sequence[LedBranch]) -> dict[str, Any]:
        """As a kind's `resume()` gets it."""
        return {
            "total": self.total,
            "done": self.done,
            "failed": self.failed,
            "dropped": self.dropped,
            "branches": [
                {
                    "position": each.position,
                    "handle": each.handle,
                    "status": status,
                    "output": each.over.output,
                    "error": each.over.error,
                }
                for each, status in zip(led, self.statuses, strict=True)
            ],
        }


class Timetable:
    """When each branch begins: as many at once, and as fast, as the join allows."""

    def __init__(self, join: Join, now: datetime) -> None:
        self._join, self._now = join, now
        self._free: list[datetime] = [now] * join.concurrency
        self._begun = 0

    def next_start(self) -> datetime:
        """When the next begins; say `ended()` of it before asking again."""
        start = heapq.heappop(self._free)
        if self._join.rate is not None:
            start = max(start, self._now + self._begun // self._join.rate * self._join.window)
        self._begun += 1
        return start

    def ended(self, at: datetime) -> None:
        """The branch begun last is over."""
        heapq.heappush(self._free, at)


def joined(join: Join, led: Sequence[LedBranch], *, total: int, started_at: datetime) -> Joined:
    """Go through the branches as they end. What is left when the join is decided is given up.

    Of a list, `led` are its first items; the others are taken to go well.
    """
    statuses = ["dropped"] * len(led)
    done = failed = 0
    at = started_at
    is_decided = False
    for index, branch in sorted(enumerate(led), key=lambda each: (each[1].ends_at, each[0])):
        if is_decided:
            break
        went_well = branch.over.status == Execution.Status.COMPLETED
        statuses[index] = "completed" if went_well else "failed"
        done, failed, at = done + went_well, failed + (not went_well), max(at, branch.ends_at)
        is_decided = (join.stop_on_error and not went_well and branch.handle not in join.tolerate) or (
            join.need is not None and (done >= join.need or total - failed < join.need)
        )
    dropped = statuses.count("dropped")
    if not is_decided and total > len(led):
        done += total - len(led)
        at = max(at, started_at + _takes(join, led, total, started_at))
    return Joined(tuple(statuses), total, done, failed, dropped, at)


def _takes(join: Join, led: Sequence[LedBranch], total: int, started_at: datetime) -> timedelta:
    """As long as all items take, if each takes as long as the last example took since the first ones began."""
    one = (led[-1].ends_at - started_at) / math.ceil(len(led) / join.concurrency)
    rounds = math.ceil(total / join.concurrency)
    # More than a few years ends any run.
    by_turns = min(one.total_seconds() * rounds, _FOR_GOOD)
    by_rate = 0.0 if join.rate is None else (math.ceil(total / join.rate) - 1) * join.window.total_seconds()
    return timedelta(seconds=max(by_turns, min(by_rate, _FOR_GOOD)))


_FOR_GOOD = 3650 * 86400.0
