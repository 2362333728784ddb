"""The steps that a run took, as its trace shows them: attempts together, branches inside of their fork."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.runs.models import Branch, QueueItem, Step
from opsflows.runs.trace.explained import explanation_of
from opsflows.runs.trace.places import Place, Plan, place
from opsflows.runs.trace.progress import ForkProgress
from opsflows.workflows.bodies import Home


@dataclass(frozen=True, slots=True)
class Value:
    """A variable as it stood after a step: its scope, and whether it was this step that set it."""

    name: str
    value: Any
    scope: str
    is_new: bool


@dataclass(frozen=True)
class TracedStep:
    """One step of a run with all its attempts, the oldest first; there is at least one.

    `values` are the variables as they stood after a step that set some, `fork` and `lanes` what became of the branches
    of one that has some; a list has no lanes, for its items have pages of their own.
    """

    place: Place
    iteration: str
    attempts: tuple[Step, ...]
    values: tuple[Value, ...] = ()
    fork: ForkProgress | None = None
    lanes: "tuple[Lane, ...]" = ()

    @property
    def last(self) -> Step:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def earlier(self) -> tuple[Step, ...]:
        """The attempts that did not succeed."""
        return self.attempts[:-1]

    @property
    def status(self) -> str:
        """The status of the attempt that counts."""
        return self.last.step_status

    @property
    def started_at(self) -> datetime | None:
        """When the first attempt began."""
        return self.attempts[0].started_at

    @property
    def milliseconds(self) -> int | None:
        """From the beginning of the first attempt to the end of the last; None while it is not over."""
        began, ended = self.started_at, self.last.completed_at
        return None if began is None or ended is None else max(0, int((ended - began).total_seconds() * 1000))

    @property
    def explanation(self) -> Mapping[str, Any] | None:
        """Of a step that decides: why it was left by the way it was (`explained.py`)."""
        return explanation_of(self.last.output_data, self.last.input_data)


@dataclass(frozen=True)
class Lane:
    """One branch of a `parallel`: what became of it, and its steps. `item` says where it stands."""

    handle: str
    status: str
    error: str
    item: QueueItem | None
    steps: tuple[TracedStep, ...]


Attempts = tuple[Step, ...]


def grouped(rows: Iterable[Step], plan: Plan) -> list[Attempts]:
    """Steps in the order in which they began; those of one walk bear one time, and then the definition decides."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for row in sorted(rows, key=lambda step: (step.generation, step.attempt)):
        groups.setdefault((row.step_id, row.iteration), []).append(row)

    def position(attempts: Sequence[Step]) -> tuple[bool, Any, int, uuid.UUID]:
        first = attempts[0]
        rank = plan.ranks.get(first.step_id, len(plan.ranks))
        return first.started_at is None, first.started_at or 0, rank, first.id

    return [tuple(attempts) for attempts in sorted(groups.values(), key=position)]


@dataclass(frozen=True)
class Level:
    """What stands side by side on one page: the steps of a run outside of lists, or those about one item."""

    plan: Plan
    steps: Sequence[Attempts]
    #: Of each fork here, by the node's id.
    forks: Mapping[str, ForkProgress]
    branches: Mapping[uuid.UUID, Sequence[Branch]]
    #: Where branches stand, by branch.
    items: Mapping[uuid.UUID, QueueItem]
    values: Mapping[uuid.UUID, tuple[Value, ...]]

    def at(self, home: Home) -> tuple[TracedStep, ...]:
        """The steps that stand in `home`, each with what is inside of it."""
        here = [attempts for attempts in self.steps if self.plan.homes.get(attempts[0].step_id, ()) == home]
        return tuple(self._traced(attempts, home) for attempts in here)

    def _traced(self, attempts: Attempts, home: Home) -> TracedStep:
        first = attempts[0]
        fork = self.forks.get(first.step_id)
        return TracedStep(
            place=place(first.step_id, *_names(first)),
            iteration=first.iteration,
            attempts=attempts,
            values=self.values.get(attempts[-1].id, ()),
            fork=fork,
            lanes=tuple(self._lanes(fork, home)) if fork else (),
        )

    def _lanes(self, fork: ForkProgress, home: Home) -> Iterator[Lane]:
        for branch in self.branches.get(fork.id, ()):
            yield Lane(
                handle=branch.handle,
                status=branch.status,
                error=branch.error_message or "",
                item=self.items.get(branch.id),
                steps=self.at((*home, (fork.node_id, branch.handle))),
            )


def _names(row: Step) -> tuple[str, str]:
    config = row.step_config if isinstance(row.step_config, Mapping) else {}
    return str(config.get("label") or ""), str(config.get("kind") or "")
