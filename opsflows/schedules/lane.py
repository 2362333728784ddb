"""The lane of schedules: fires what is due, in time to within the drain's own poll."""

import time
import uuid
from collections.abc import Collection
from datetime import datetime

from opsflows.queue.lanes import Lane, register
from opsflows.schedules.fire_due import fire_due, next_due, set_clocks_right

#: Seconds between two looks of a busy drain; one that knows of a fire looks when it is due.
LOOK_EVERY = 0.25


@register
class SchedulesLane(Lane):
    """Holds nothing between two calls: the row locks are the claim, and they go with a dead worker's connection."""

    name = "schedules"
    _look_at = 0.0
    _next: datetime | None = None
    _clocks_are_right = False

    def work(self, now: datetime) -> bool:
        moment = time.monotonic()
        known = self._next is not None and self._next <= now
        if self.worker.stopping.is_set() or (moment < self._look_at and not known):
            return False
        self._look_at = moment + LOOK_EVERY
        if not self._clocks_are_right:
            # Once in a drain's life.
            set_clocks_right(now=now)
            self._clocks_are_right = True
        fired = fire_due(now=now)
        self._next = next_due(after=now)
        return fired > 0

    def next_due(self, now: datetime) -> datetime | None:
        """As of the last look. What is due already and held by another worker is that worker's."""
        return self._next if self._next is not None and self._next > now else None

    def renew(self, until: datetime) -> None:
        """Nothing is leased."""

    @classmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        """Nothing is leased."""
        return 0
