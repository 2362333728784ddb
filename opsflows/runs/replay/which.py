"""Which failed runs are meant: a filter that is written down, so that a job and a page mean the same."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from opsflows.queue.ids import first_id
from opsflows.queue.written_out import written_out
from opsflows.runs.models import Execution

#: Runs that can be named one by one.
MAX_NAMED = 1000
#: The statuses of runs that failed.
FAILED = ("failed", "timeout")


@dataclass(frozen=True, slots=True)
class Which:
    """Failed runs of an account that ended before somebody asked: named one by one, or by what they have in common."""

    ids: tuple[uuid.UUID, ...] = ()
    workflow_id: uuid.UUID | None = None
    batch_id: uuid.UUID | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: By when they began, as lists narrow them; `since` and `until` are about their ends.
    begun_since: datetime | None = None

    def rows(self, account_id: uuid.UUID, *, asked_at: datetime) -> QuerySet[Execution]:
        """The runs, in the order in which they were started. What ended later than `asked_at` is not meant."""
        rows = Execution.objects.filter(account=account_id, completed_at__lte=asked_at)
        # The index of what went wrong is found by this.
        rows = rows.filter(written_out("workflow_executions.execution_status IN ('failed', 'timeout')"))
        if self.ids:
            rows = rows.filter(id__in=self.ids)
        if self.workflow_id:
            rows = rows.filter(workflow=self.workflow_id)
        if self.batch_id:
            rows = rows.filter(origin_id=self.batch_id)
        if self.status:
            rows = rows.filter(execution_status=self.status)
        if self.since:
            rows = rows.filter(completed_at__gte=self.since)
        if self.until:
            rows = rows.filter(completed_at__lt=self.until)
        if self.begun_since:
            rows = rows.filter(id__gte=first_id(self.begun_since))
        return rows.order_by("id")

    def as_params(self) -> dict[str, Any]:
        """As a job keeps it."""
        moments = {name: getattr(self, name) for name in _MOMENTS}
        return {
            "ids": [str(each) for each in self.ids],
            "workflow": str(self.workflow_id) if self.workflow_id else None,
            "batch": str(self.batch_id) if self.batch_id else None,
            "status": self.status,
            **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        }

    @classmethod
    def of_params(cls, params: Mapping[str, Any]) -> "Which":
        """The same, from a job."""
        return cls(
            ids=tuple(uuid.UUID(each) for each in params["ids"]),
            workflow_id=uuid.UUID(params["workflow"]) if params["workflow"] else None,
            batch_id=uuid.UUID(params["batch"]) if params["batch"] else None,
            status=params["status"],
            **{name: datetime.fromisoformat(params[name]) if params[name] else None for name in _MOMENTS},
        )


_MOMENTS = ("since", "until", "begun_since")
