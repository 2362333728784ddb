"""Why runs failed in the last day, in words: the same reason stands once, however often it struck."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpRequest

from opsflows.accounts.current import current_membership
from opsflows.admin_site.home.figures import gone_wrong
from opsflows.admin_site.sidebar import rows_of
from opsflows.insights.reasons import reason_of, sameness
from opsflows.runs.models import Execution

#: The newest so many are grouped.
READ = 500
LISTED = 6
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Reason:
    """One reason with the newest run that it struck."""

    words: str
    newest: Execution
    count: int = 0
    workflows: set[uuid.UUID] = field(default_factory=set)

    @property
    def where(self) -> str:
        """The workflow, or how many there are."""
        return self.newest.workflow.workflow_name if len(self.workflows) == 1 else f"{len(self.workflows)} workflows"


@dataclass(frozen=True, slots=True)
class Failures:
    """The reasons, the most frequent first. `mine` counts the runs of workflows that the person made."""

    reasons: Sequence[Reason]
    others: int
    total: int
    mine: int

    @property
    def is_cut(self) -> bool:
        """Whether there were more than are counted here."""
        return self.total > READ


def failures(request: HttpRequest, *, now: datetime) -> Failures:
    """One query: what failed or timed out within the last 24 hours."""
    runs = rows_of(request, "runs.Execution").filter(completed_at__gte=now - _DAY)
    shown = (
        gone_wrong(runs)
        .select_related("workflow")
        .only("error_message", "completed_at", "execution_status", "workflow__workflow_name", "workflow__created_by_id")
    )
    found = list(shown.order_by("-completed_at")[: READ + 1])
    reasons = sorted(group(found[:READ]), key=lambda reason: -reason.count)
    membership = current_membership(request)
    mine = _made_by(found[:READ], membership.user_id) if membership else 0
    return Failures(reasons[:LISTED], len(reasons[LISTED:]), len(found), mine)


def group(runs: Iterable[Execution]) -> Sequence[Reason]:
    """The runs (newest first) by their reason."""
    reasons: dict[str, Reason] = {}
    for run in runs:
        words = reason_of(error=run.error_message, status=run.execution_status)
        reason = reasons.setdefault(sameness(words), Reason(words, run))
        reason.count += 1
        reason.workflows.add(run.workflow_id)
    return list(reasons.values())


def _made_by(runs: Iterable[Execution], user_id: uuid.UUID) -> int:
    return sum(run.workflow.created_by_id == user_id for run in runs)
