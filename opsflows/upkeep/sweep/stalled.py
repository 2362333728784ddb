"""Runs that stand still although they should not: nobody takes them, or nobody decides about them.

A run that waits as its workflow says (a delay, an attempt that is tried again later) has its time in the future and is
no stall. Work that is overdue by `LATE` means that workers are missing, hang or cannot keep up.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from opsflows.queue.written_out import written_out
from opsflows.runs.models import Priority, QueueItem
from opsflows.upkeep.links import absolute, page_path
from opsflows.upkeep.sweep.notice import Cursor, Notice

NAME = "workflow.stalled"
LATE = timedelta(minutes=15)
#: A person is given a day to decide.
UNDECIDED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stall:
    """One way to stand still: the rows, the column since when, how long that is borne, and how it is called."""

    status: QueueItem.Status
    since: str
    borne: timedelta
    reason: str
    priority: int | None = None

    @property
    def kind(self) -> str:
        """What the key tells apart: a run that was late and then waits for a person is told twice."""
        return "undecided" if self.status == QueueItem.Status.HELD else "late"


#: One priority at a time: the index of claimable rows begins with it.
STALLS: Mapping[str, Stall] = {
    **{
        f"queued-{priority}": Stall(
            QueueItem.Status.QUEUED, "scheduled_at", LATE, "No worker has taken it since it was due.", priority
        )
        for priority in Priority.values
    },
    "waiting": Stall(QueueItem.Status.WAITING, "scheduled_at", LATE, "Its time came and nobody has woken it."),
    "processing": Stall(
        QueueItem.Status.PROCESSING, "lease_expires_at", LATE, "Its worker is gone and nobody has taken it over."
    ),
    "held": Stall(QueueItem.Status.HELD, "entered_at", UNDECIDED, "It waits for a person to decide."),
}


def stalled(stall: Stall, *, after: Cursor | None, limit: int, now: datetime) -> tuple[list[Notice], Cursor | None]:
    """Up to `limit` runs behind `after`, the longest first, and where the next ones begin (None: no more)."""
    rows = _with_status(stall.status).filter(**{f"{stall.since}__lt": now - stall.borne}, account__is_active=True)
    if stall.priority is not None:
        rows = rows.filter(priority=stall.priority)
    if after is not None:
        moment, item_id = datetime.fromisoformat(after[0]), uuid.UUID(after[1])
        same = Q(**{stall.since: moment}, id__gt=item_id)
        rows = rows.filter(Q(**{f"{stall.since}__gt": moment}) | same, **{f"{stall.since}__gte": moment})
    shown = rows.select_related("workflow", "execution__event").only(
        "account_id",
        "node_id",
        "attempt",
        "entered_at",
        "scheduled_at",
        "lease_expires_at",
        "workflow__workflow_name",
        "execution__error_message",
        "execution__event__name",
    )
    found = list(shown.order_by(stall.since, "id")[:limit])
    notices = [_notice(item, stall) for item in found if not _is_about_stalls(item)]
    return notices, _behind(found, stall) if len(found) == limit else None


def _with_status(status: str) -> QuerySet[QueueItem]:
    return QueueItem.objects.filter(written_out(f"workflow_queue.status = '{status}'"))


def _is_about_stalls(item: QueueItem) -> bool:
    """Runs that listen to stalls are not told about: where nothing runs, each would only bring another."""
    event = item.execution.event
    return event is not None and event.name == NAME


def _behind(found: Sequence[QueueItem], stall: Stall) -> Cursor:
    last = found[-1]
    return (getattr(last, stall.since).isoformat(), str(last.pk))


def _notice(item: QueueItem, stall: Stall) -> Notice:
    since: datetime = getattr(item, stall.since)
    key = f"{NAME}:{item.execution_id}:{stall.kind}:{item.entered_at.isoformat()}:{item.attempt}"
    data: dict[str, Any] = {
        "workflowId": str(item.workflow_id),
        "workflowName": item.workflow.workflow_name,
        "executionId": str(item.execution_id),
        "stepId": item.node_id,
        "stalledSince": since,
        "reason": (item.execution.error_message or stall.reason) if stall.kind == "undecided" else stall.reason,
        "link": absolute(page_path("runs.execution", item.execution_id)),
    }
    return Notice(item.account_id, NAME, key, data)


Find = Callable[..., tuple[list[Notice], Cursor | None]]
