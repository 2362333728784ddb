"""What became of a step, or of a branch, in a dry run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsflows.runs.engine.progress import StepRecord
from opsflows.runs.models import Step
from opsflows.runs.rehearsal.stand_ins import Remark
from opsflows.runs.trace.explained import explanation_of
from opsflows.workflows.graph import CONDITION
from opsflows.workflows.kinds import ForkKind

#: The branches around a step, from the outside in: the fork's node, and the position of the branch.
Inside = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TriedBranch:
    """A branch that was led to its end: of a list, one item. `status`: completed, failed or dropped."""

    position: int
    handle: str
    item: Any
    status: str
    error: str | None
    output: Any
    ends_at: datetime


@dataclass(slots=True)
class TriedStep:
    """What became of one step.

    `status`: `evaluated` (it touches nothing, so it was carried out), `would_run`, `would_wait`, `would_fail`,
    `pinned` (its answer is the one that is pinned to it), or `unknown` (it needs what an earlier step would have
    answered, and is taken to go well).
    """

    id: str
    kind: str
    label: str
    status: str
    #: When the run would come here, if nothing before takes time but the waits.
    at: datetime
    iteration: str = ""
    inside: Inside = ()
    input: Any = None
    output: Any = None
    #: The way it would be left by; None where the run ends or rests here.
    outcome: str | None = None
    #: Of a wait: until when; None where nothing bounds it.
    until: datetime | None = None
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Of a fork: its branches, of a list some examples out of `total`.
    branches: list[TriedBranch] = field(default_factory=list)
    total: int | None = None
    is_list: bool = False

    @property
    def verdict(self) -> bool | None:
        """Of a condition: whether it holds."""
        return self.output.get("result") if self.kind == CONDITION and isinstance(self.output, Mapping) else None

    @property
    def explanation(self) -> Mapping[str, Any] | None:
        """Of a step that decides: why it is left by the way it is, comparison by comparison."""
        return explanation_of(self.output, self.input)


def tried_step(record: StepRecord, remark: Remark, inside: Inside) -> TriedStep:
    """The step as it was met."""
    unknown = [f"It cannot be tried here: {remark.unknown}"] if remark.unknown else []
    return TriedStep(
        id=record.node.id,
        kind=record.node.kind.kind,
        label=record.node.label,
        status=_status(record, remark),
        at=record.started_at,
        iteration=record.iteration,
        inside=inside,
        input=record.input_data if remark.shown is None else remark.shown,
        output=record.output_data if remark.is_real or remark.is_pinned else None,
        outcome=record.handle or None,
        error=record.error,
        warnings=list(record.warnings),
        notes=[*remark.notes, *unknown],
    )


def went_on(step: TriedStep, record: StepRecord) -> None:
    """The second half of a wait; that it waits is what there is to say about it."""
    step.output, step.outcome, step.error = record.output_data, record.handle or None, record.error
    if record.status == Step.Status.FAILED:
        step.status = "would_fail"


def _status(record: StepRecord, remark: Remark) -> str:
    if remark.unknown is not None:
        return "unknown"
    if remark.is_pinned:
        return "pinned"
    match record.status:
        case Step.Status.WAITING:
            return "evaluated" if isinstance(record.node.kind, ForkKind) else "would_wait"
        case Step.Status.FAILED:
            return "would_fail"
        case _:
            return "evaluated" if remark.is_real else "would_run"
