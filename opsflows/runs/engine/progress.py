"""What walking a run produced: step records to write, and how the run came to rest."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsflows.queue.ids import new_id
from opsflows.runs.engine.run import Ending, Run
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.compiled import CompiledNode
from opsflows.workflows.kinds import Frozen
from opsflows.workflows.outcomes import Fork, Listening, Scope

#: By place and name: scope and value.
Variables = dict[tuple[str, str], tuple[Scope, Any]]


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
    #: The variables that it set, and for whom; None where it set none.
    sets: tuple[Scope, Mapping[str, Any]] | None = None
    row_id: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over; its queue row is deleted."""

    status: Execution.Status
    error: str | None = None
    #: What it hands over: to whoever waits for it, or to the fork whose branch it is.
    output: Any = None
    #: Of a run that somebody or an event ended as a success before its last step.
    exit_reason: str | None = None


def ended_by(ending: Ending) -> Ended:
    """How a run ends whose end was asked for."""
    if ending.exit_reason is not None:
        return Ended(Execution.Status.COMPLETED, exit_reason=ending.exit_reason)
    return Ended(Execution.Status.CANCELLED, "Cancelled.")


@dataclass(frozen=True, slots=True)
class Parked:
    """The run rests in its queue row: for a time (`WAITING`), for a person (`HELD`), for any worker (`QUEUED`)."""

    status: QueueItem.Status
    due: datetime
    reason: str | None = None
    #: The branches to begin; the run rests until they joined.
    fork: Fork | None = None
    #: The event that ends the wait.
    listens: Listening | None = None
    #: The run is to end and its branches are not over: they are given up first.
    gives_up: bool = False


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
    #: What steps set, by place and name (runs/engine/scopes.py): the scope that was asked for, and the value.
    variables: Variables
    #: The row of an intent whose call was not made and is left to somebody else.
    withdrawn: uuid.UUID | None = None
