"""Count what happened within a stretch of time: three queries over index ranges, whatever there is of history."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, Sum

from opsflows.events.models import Event
from opsflows.insights.models import HourlyCount
from opsflows.insights.stretch import Stretch
from opsflows.queue.ids import first_id
from opsflows.runs.models import Execution

Metric = HourlyCount.Metric

_ENDED = {
    Execution.Status.COMPLETED: Metric.COMPLETED,
    Execution.Status.FAILED: Metric.FAILED,
    Execution.Status.TIMEOUT: Metric.FAILED,
    Execution.Status.CANCELLED: Metric.CANCELLED,
}


@dataclass(slots=True)
class Ended:
    """Runs of one workflow that came to an end; `milliseconds` is what they took together."""

    executions: int = 0
    successful: int = 0
    failed: int = 0
    milliseconds: int = 0
    last_at: datetime | None = None

    def __iadd__(self, other: "Ended") -> "Ended":
        self.executions += other.executions
        self.successful += other.successful
        self.failed += other.failed
        self.milliseconds += other.milliseconds
        self.last_at = max(filter(None, (self.last_at, other.last_at)), default=None)
        return self


@dataclass(slots=True)
class Tally:
    """What happened: for each account by metric, for each of its workflows the runs that ended."""

    counts: Counter[tuple[uuid.UUID, str]] = field(default_factory=Counter)
    ended: dict[tuple[uuid.UUID, uuid.UUID], Ended] = field(default_factory=lambda: defaultdict(Ended))


def tally(stretch: Stretch) -> Tally:
    """Count events and starts by id, which carries the time, and ends by their time."""
    found = Tally()
    ids = {"id__gte": first_id(stretch.start), "id__lt": first_id(stretch.end)}
    for model, metric in ((Event, Metric.EVENTS), (Execution, Metric.RUNS)):
        rows = model._default_manager.filter(**ids).order_by().values_list("account_id").annotate(Count("id"))
        for account_id, count in rows:
            found.counts[account_id, metric] = count
    ended = Execution.objects.filter(completed_at__gte=stretch.start, completed_at__lt=stretch.end).order_by()
    grouped = ended.values_list("account_id", "workflow_id", "execution_status").annotate(
        Count("id"), Sum("execution_time_ms"), Max("completed_at")
    )
    for account_id, workflow_id, status, count, milliseconds, last_at in grouped:
        metric = _ENDED[Execution.Status(status)]
        found.counts[account_id, metric] += count
        found.ended[account_id, workflow_id] += Ended(
            executions=count,
            successful=count if metric == Metric.COMPLETED else 0,
            failed=count if metric == Metric.FAILED else 0,
            milliseconds=milliseconds or 0,
            last_at=last_at,
        )
    return found
