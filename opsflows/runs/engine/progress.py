"""What walking a run produced: step records to write, and how the run came to rest."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsflows.queue.ids import new_id
from opsflows.runs.engine.run import Run
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.compiled import CompiledNode
from opsflows.workflows.kinds import Frozen


@dataclass(slots=True)
class StepRecord:
    """One attempt of one step, to be inserted, or to complete the row `row_id` that is already there."""

    node: CompiledNode
    iteration: str
    generation: int
    attempt: int
    status: Step.Status
    started_at: datetime
    completed_at: datetime | None = None
    input_data: Any = None
    output_data: Any = None
    handle: str = ""
    warnings: tuple[str, ...] = ()
    error: str | None = None
    row_id: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over; its queue row is deleted."""

    status: Execution.Status
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """The run rests in its queue row: for a time (`WAITING`), for a person (`HELD`), for any worker (`QUEUED`)."""

    status: QueueItem.Status
    due: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Calling:
    """An outside call comes next. `intent` says that the decision to make it must be committed before it is made."""

    frozen: Frozen
    key: str
    intent: bool
    started_at: datetime
    input_data: Any
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedsTransaction:
    """A step writes to our own database: go on inside the flush."""


Rest = Ended | Parked | Calling | NeedsTransaction


@dataclass(slots=True)
class Progress:
    """A walk from one state of a run to the next."""

    run: Run
    rest: Rest
    records: list[StepRecord]
    variables: dict[str, Any]
    #: The row of an intent whose call was not made and is left to somebody else.
    withdrawn: uuid.UUID | None = None
