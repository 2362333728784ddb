"""What is asked of admission for a run that is to start, and what it says."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsflows.rules import Clock
from opsflows.runs.models import Execution, QueueItem
from opsflows.workflows.settings import RunSettings


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that is to start, of a workflow that has a limit."""

    workflow_id: uuid.UUID
    settings: RunSettings
    #: What the key of `concurrency` reads.
    scope: Mapping[str, Any]
    clock: Clock
    #: The event's id, or one made now: where the run stands in the line.
    turn: uuid.UUID
    #: Whether it counts among the starts of the hour; what a person starts by hand does not.
    is_paced: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether and when a run begins."""

    status: QueueItem.Status = QueueItem.Status.QUEUED
    #: When it may begin; None where that is at once, or not known yet.
    due: datetime | None = None
    gate_id: uuid.UUID | None = None
    turn: uuid.UUID | None = None
    #: Why it does not begin at all.
    dropped: str | None = None

    @property
    def begins_at_once(self) -> bool:
        """Whether a worker may take it now."""
        return self.status == QueueItem.Status.QUEUED and self.dropped is None

    @property
    def run_status(self) -> Execution.Status:
        """The status that the run is written with."""
        if self.dropped is not None:
            return Execution.Status.CANCELLED
        return Execution.Status.RUNNING if self.begins_at_once else Execution.Status.WAITING

    def deadline(self, now: datetime, timeout: timedelta) -> datetime | None:
        """Until when the run may take: its time counts from its beginning, and so is not known while it is blocked."""
        if self.status == QueueItem.Status.BLOCKED or self.dropped is not None:
            return None
        return (self.due or now) + timeout


#: For every run of a workflow without limits.
AT_ONCE = Verdict()
