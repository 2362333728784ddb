"""The routing lane."""

import uuid
from collections.abc import Collection
from datetime import datetime

from opsflows.events.route import route
from opsflows.queue.lanes import Lane, register


@register
class RoutingLane(Lane):
    """Routes while there is something to route. It holds nothing between two calls, so there is nothing to rescue."""

    name = "routing"

    def work(self, now: datetime) -> bool:
        if self.worker.stopping.is_set():
            return False
        return route(now=now) > 0

    def renew(self, until: datetime) -> None:
        """Nothing is leased."""

    @classmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        """Nothing is leased: the locks of a dead router went with its connection."""
        return 0
