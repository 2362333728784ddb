"""Give back what the dead held. Counts nothing against the work itself; that is for the lane to judge."""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime

from opsflows.queue.heartbeat import STALE
from opsflows.queue.lanes import lane_classes
from opsflows.queue.models import WorkerHeartbeat

logger = logging.getLogger(__name__)


def declare_dead(worker_ids: Iterable[uuid.UUID], *, now: datetime) -> int:
    """Mark these workers as ended and release their leases; how many rows of work came free.

    A worker among them that is alive after all finds its heartbeat refused and drops what it has in hand.
    """
    ids = list(worker_ids)
    WorkerHeartbeat.objects.filter(id__in=ids, stopped_at=None).update(stopped_at=now)
    freed = sum(lane.release(ids, now) for lane in lane_classes())
    if freed:
        logger.warning("Rescued %d rows of work from %d ended workers.", freed, len(ids))
    return freed


def rescue(*, now: datetime, beside: str = "") -> int:
    """Declare dead whoever has not beaten for `STALE`, and release every lease that ran out; rows freed.

    The drains of the supervisor `beside` are left out: it looks after them itself, and ends those that hang.
    """
    stale = WorkerHeartbeat.objects.filter(stopped_at=None, beat_at__lt=now - STALE).exclude(supervisor=beside)
    return declare_dead(stale.values_list("id", flat=True), now=now)
