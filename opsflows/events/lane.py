"""The routing lane."""

import uuid
from collections.abc import Collection
from datetime import datetime

from opsflows.events.consumers import all_consumers
from opsflows.events.route import BATCH, route
from opsflows.queue.lanes import Lane, register

#: With fewer free seats than this a batch is taken without regard to them.
FEW = 16


@register
class RoutingLane(Lane):
    """Routes while there is something to route. It holds nothing between two calls, so there is nothing to rescue."""

    name = "routing"

    def work(self, now: datetime) -> bool:
        if self.worker.stopping.is_set():
            return False
        # What an event causes is begun at once where there are seats, so no more events are taken than there are seats;
        # with hardly any left, events are taken all the same, for not all of them start runs.
        free = self.worker.pool.free
        return route(now=now, limit=free if free >= FEW else BATCH) > 0

    @classmethod
    def preload(cls) -> None:
        all_consumers()

    def renew(self, until: datetime) -> None:
        """Nothing is leased."""

    @classmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        """Nothing is leased: the locks of a dead router went with its connection."""
        return 0
