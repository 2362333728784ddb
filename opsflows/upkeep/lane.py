"""The lane of what is periodic: once a minute it asks for the jobs that the table says are due."""

import logging
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from opsflows.queue.lanes import Lane, register
from opsflows.queue.transient import is_transient
from opsflows.upkeep.ask import Asked, ask_for_due

logger = logging.getLogger(__name__)


@register
class UpkeepLane(Lane):
    """Holds nothing. Cron knows no seconds, so within a minute there is nothing to ask and no query is made."""

    name = "upkeep"
    #: Of this process, whose drains follow one another.
    _minute: ClassVar[datetime | None] = None
    _asked: ClassVar[Asked] = {}

    def work(self, now: datetime) -> bool:
        minute = now.replace(second=0, microsecond=0)
        if minute == type(self)._minute or self.worker.stopping.is_set():
            return False
        try:
            ask_for_due(now=now, asked=type(self)._asked)
        except Exception as error:
            if is_transient(error):
                raise
            # What is broken here must not stop the drain's other lanes; it is tried again in a minute.
            logger.exception("What is due could not be asked for.")
        type(self)._minute = minute
        return False

    def renew(self, until: datetime) -> None:
        """Nothing is leased."""

    @classmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        """Nothing is leased."""
        return 0
