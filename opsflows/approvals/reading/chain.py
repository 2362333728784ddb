"""A request as people see it: rounds, levels, who was asked and what they said, and what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsflows.approvals.content import Content, content_from
from opsflows.approvals.models import (
    ApprovalAttachment,
    ApprovalComment,
    ApprovalDecision,
    ApprovalLevel,
    ApprovalRequest,
    ApprovalRound,
    ApprovalTask,
)


@dataclass(frozen=True, slots=True)
class ChainTask:
    """One person who was asked."""

    task: ApprovalTask
    decision: ApprovalDecision | None


@dataclass(frozen=True, slots=True)
class ChainLevel:
    """One level with everybody who was asked there."""

    level: ApprovalLevel
    tasks: Sequence[ChainTask]

    @property
    def approved(self) -> int:
        """How many have approved."""
        return sum(each.task.state in ("approved", "skipped") for each in self.tasks)


@dataclass(frozen=True, slots=True)
class ChainRound:
    """One round: what was shown, and its stages in their order, each with the levels that are asked together."""

    round: ApprovalRound
    content: Content
    stages: Sequence[Sequence[ChainLevel]]

    @property
    def levels(self) -> list[ChainLevel]:
        """All levels in their order."""
        return [level for stage in self.stages for level in stage]


@dataclass(frozen=True, slots=True)
class Chain:
    """`rounds` with the present one last."""

    request: ApprovalRequest
    rounds: Sequence[ChainRound]
    comments: Sequence[ApprovalComment]
    attachments: Sequence[ApprovalAttachment]
    what_next: str
    due_at: datetime | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def present(self) -> ChainRound:
        """The round under way, or the last one."""
        return self.rounds[-1]

    @property
    def earlier(self) -> Sequence[ChainRound]:
        """The rounds before."""
        return self.rounds[:-1]


def chain_of(request: ApprovalRequest) -> Chain:
    """The whole of a request: a fixed number of queries, however long it is."""
    levels = ApprovalLevel.objects.filter(round__request=request).order_by("position")
    tasks = ApprovalTask.objects.filter(request=request).select_related("decision", "user", "on_behalf_of")
    by_level: dict[Any, list[ChainTask]] = {}
    for task in tasks.order_by("id"):
        by_level.setdefault(task.level_id, []).append(ChainTask(task, getattr(task, "decision", None)))
    by_round: dict[Any, list[ChainLevel]] = {}
    for level in levels:
        by_round.setdefault(level.round_id, []).append(ChainLevel(level, by_level.get(level.pk, [])))
    rounds = [
        ChainRound(row, content_from(row.content), _stages(by_round.get(row.pk, [])))
        for row in ApprovalRound.objects.filter(request=request).order_by("number")
    ]
    return Chain(
        request=request,
        rounds=rounds,
        comments=list(ApprovalComment.objects.filter(request=request).order_by("id")),
        attachments=list(ApprovalAttachment.objects.filter(request=request, removed_in=None).order_by("id")),
        what_next=_what_next(request, rounds[-1]),
        due_at=_due(rounds[-1]),
    )


def _stages(levels: list[ChainLevel]) -> list[list[ChainLevel]]:
    stages: dict[int, list[ChainLevel]] = {}
    for level in levels:
        stages.setdefault(level.level.stage, []).append(level)
    return [stages[stage] for stage in sorted(stages)]


def _due(round_: ChainRound) -> datetime | None:
    moments = [each.level.due_at for each in round_.levels if each.level.state == ApprovalLevel.State.OPEN]
    return min((moment for moment in moments if moment is not None), default=None)


def _what_next(request: ApprovalRequest, round_: ChainRound) -> str:
    state = request.state
    if state == ApprovalRequest.State.CHANGES_REQUESTED and request.is_open:
        who = request.requester_name or "Somebody who may manage requests"
        return f"{who} changes it, and everybody is asked again."
    if state != ApprovalRequest.State.WAITING:
        if request.subject == ApprovalRequest.Subject.PUBLICATION:
            return "It is published." if state == ApprovalRequest.State.APPROVED else "It is not published."
        return "The workflow that asked goes on." if request.execution_id else "Nothing more is to be done."
    present = [each.level.name for each in round_.levels if each.level.state == ApprovalLevel.State.OPEN]
    following = [each.level.name for each in round_.levels if each.level.state == ApprovalLevel.State.PENDING]
    if following:
        return f"When {' and '.join(present) or 'this level'} approved, {following[0]} is asked."
    if request.subject == ApprovalRequest.Subject.PUBLICATION:
        return "When it is approved, it is published at once."
    return "When it is approved, the workflow that asked goes on."
