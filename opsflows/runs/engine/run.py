"""A run in memory, while a worker holds its queue row."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opsflows.rules import Calendar, Clock
from opsflows.workflows.compiled import CompiledGraph, CompiledNode
from opsflows.workflows.kinds import StepContext

#: What a queue row carries that takes up the failed items of a list in a run that had come to a good end. What wakes a
#: step is never a bare text.
ITEMS_AGAIN = "items again"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands: the columns of its queue row that say so."""

    node_id: str
    iteration: str
    generation: int
    attempt: int
    #: The clock of everything the node renders, the same on every attempt.
    entered_at: datetime
    resumes: bool = False


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step row already in the database that still lacks its result: an intent, or a wait."""

    id: uuid.UUID
    node_id: str
    attempt: int
    is_wait: bool
    #: False where we know that the call of this intent was not made.
    may_have_happened: bool = True


@dataclass(frozen=True, slots=True)
class BranchPlace:
    """The branch that a run in memory leads; `parents` are the queue rows that wait for it, the nearest first."""

    id: uuid.UUID
    fork_id: uuid.UUID
    parents: tuple[uuid.UUID, ...]
    #: What the items of the lists around it are called, and they.
    items: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ForkState:
    """The fork at which a run rests: `is_joined` once nothing of it is under way any more."""

    id: uuid.UUID
    is_joined: bool
    failed_steps: int
    #: What became of the branches, for the kind's `resume()`.
    summary: Any = None
    #: Only its failed items are taken up again: what comes behind it was done before.
    ends_run: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """Somebody, or an event, asked for the run's end."""

    #: Of an exit: why the run may end as a success.
    exit_reason: str | None = None


def step_key(execution_id: uuid.UUID, node_id: str, iteration: str, generation: int) -> str:
    """The idempotency key of a step (`Run.key`)."""
    identity = f"{execution_id}:{node_id}:{iteration}:{generation}"
    return "ops_" + hashlib.sha256(identity.encode("utf-8")).hexdigest()[:40]


def step_entry(status: str, output: Any, handle: str, error: str | None) -> dict[str, Any]:
    """What later steps read of one that is over, the same from memory and from the database."""
    entry = {"output": output, "handle": "error" if status == "failed" else handle or "done"}
    return {**entry, "error": error} if error else entry


@dataclass(slots=True)
class Run:
    """A run, or one branch of it: what the walker needs to know.

    A walk works on a copy; the copy replaces this one once it is committed.
    """

    item_id: uuid.UUID
    fence: int
    execution_id: uuid.UUID
    account_id: uuid.UUID
    workflow_id: uuid.UUID
    event_id: uuid.UUID | None
    depth: int
    priority: int
    started_at: datetime
    deadline_at: datetime | None
    failed_steps: int
    zone: ZoneInfo
    calendar: Calendar
    graph: CompiledGraph
    data: Any
    facts: Mapping[str, Any]
    position: Position
    woken_by: Any = None
    outputs: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    open_step: OpenStep | None = None
    branch: BranchPlace | None = None
    fork: ForkState | None = None
    awaited_by: uuid.UUID | None = None
    gate_id: uuid.UUID | None = None
    #: Somebody, or an event, asked for its end before it was claimed.
    end_asked: bool = False

    @property
    def ends_here(self) -> bool:
        """Whether the run ends behind its present step, whatever follows there."""
        return self.woken_by == ITEMS_AGAIN or (self.fork is not None and self.fork.ends_run)

    @property
    def node(self) -> CompiledNode:
        """The node the run stands at."""
        return self.graph.nodes[self.position.node_id]

    @property
    def clock(self) -> Clock:
        """What time it is for everything that the node renders."""
        return Clock(now=self.position.entered_at, zone=self.zone, calendar=self.calendar)

    def copy(self) -> "Run":
        """A state that can be walked on without touching this one."""
        return replace(self, outputs=dict(self.outputs), variables=dict(self.variables))

    def scope(self) -> dict[str, Any]:
        """What conditions and texts read: variables before the event's own fields, those before the house's facts.

        `steps` is the house's alone: a sender must not be able to say what a step answered.
        """
        data = self.data if isinstance(self.data, dict) else {"data": self.data}
        items = self.branch.items if self.branch is not None else {}
        return {**self.facts, **data, **self.variables, **items, "steps": self.outputs}

    def context(self, node: CompiledNode, config: Any, scope: Mapping[str, Any], clock: Clock) -> StepContext:
        """What a step kind gets to see."""
        return StepContext(
            config=config,
            compiled=node.compiled,
            scope=scope,
            event_data=self.data,
            clock=clock,
            key=self.key(node.id),
            account_id=self.account_id,
            workflow_id=self.workflow_id,
            execution_id=self.execution_id,
            node_id=node.id,
            attempt=self.position.attempt,
            depth=self.depth,
            references=self.graph.references,
            item_id=self.item_id,
        )

    def key(self, node_id: str) -> str:
        """The idempotency key of a step: run, step, iteration and generation, in a form that fits any header."""
        return step_key(self.execution_id, node_id, self.position.iteration, self.position.generation)
