"""What waits, read from the database when `/metrics` is asked: bounded queries on partial indexes."""

from collections.abc import Iterator
from datetime import datetime

from django.db import Error
from django.db.models import QuerySet
from prometheus_client.core import GaugeMetricFamily, Metric

from opsflows.events.models import Event
from opsflows.health.readiness import WORKER_SILENCE
from opsflows.queue.models import WorkerHeartbeat
from opsflows.runs.models import Priority, QueueItem

#: Counting ends here: beyond it the number says "far too many", and going on would cost more than it tells.
COUNT_LIMIT = 10_000


class Backlog:
    """A collector of prometheus_client: the gauges as of `now`."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """The gauges; where the database does not answer, `opsflows_database_up` alone tells so."""
        try:
            gauges = [*self._events(), *self._runs(), self._workers()]
        except Error:
            gauges = []
        yield GaugeMetricFamily("opsflows_database_up", "1 while the database answers.", value=bool(gauges))
        yield from gauges

    def _events(self) -> Iterator[Metric]:
        unrouted = Event.objects.filter(routed_at__isnull=True)
        oldest = unrouted.order_by("id").values_list("received_at", flat=True).first()
        yield GaugeMetricFamily(
            "opsflows_events_unrouted",
            f"Events not yet handed to their listeners; {COUNT_LIMIT} means that many or more.",
            value=_count(unrouted),
        )
        yield GaugeMetricFamily(
            "opsflows_events_oldest_unrouted_seconds", "Age of the oldest of them.", value=self._seconds_since(oldest)
        )

    def _runs(self) -> Iterator[Metric]:
        by_status = {status: QueueItem.objects.filter(status=status) for status in QueueItem.Status.values}
        fallen_due = by_status["waiting"].filter(scheduled_at__lte=self.now)
        items = GaugeMetricFamily(
            "opsflows_queue_items", f"Runs by state; {COUNT_LIMIT} means that many or more.", labels=["status"]
        )
        for status, rows in by_status.items():
            items.add_metric([status], _count(rows))
        yield items
        # One priority at a time: the index of claimable items begins with it, so each is the first entry of a range.
        ranges = [fallen_due, *(by_status["queued"].filter(priority=priority) for priority in Priority.values)]
        firsts = [rows.order_by("scheduled_at").values_list("scheduled_at", flat=True).first() for rows in ranges]
        yield GaugeMetricFamily(
            "opsflows_queue_oldest_due_seconds",
            "How long the run that was due first has been waiting for a worker.",
            value=self._seconds_since(min((first for first in firsts if first), default=None)),
        )

    def _workers(self) -> Metric:
        alive = WorkerHeartbeat.objects.filter(stopped_at__isnull=True, beat_at__gte=self.now - WORKER_SILENCE)
        return GaugeMetricFamily("opsflows_workers_alive", "Resident drains heard from lately.", value=alive.count())

    def _seconds_since(self, moment: datetime | None) -> float:
        return max((self.now - moment).total_seconds(), 0.0) if moment else 0.0


def _count(rows: QuerySet) -> int:
    return rows.order_by()[:COUNT_LIMIT].count()
