"""Lead a request through its levels: what is settled, what comes next, and when it is over."""

from datetime import datetime

from opsflows.accounts.calendars import account_clock
from opsflows.approvals.errors import NobodyToAsk
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.levels.close import close_request
from opsflows.approvals.levels.due import keep_due
from opsflows.approvals.levels.open_level import open_level
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalRound, ApprovalTask
from opsflows.approvals.plan import Plan, read_plan
from opsflows.approvals.tell import tell_settled
from opsflows.approvals.voice import Voice

State = ApprovalLevel.State


def present_round(request: ApprovalRequest) -> ApprovalRound:
    """The round under way."""
    return ApprovalRound.objects.get(request=request, number=request.round_number)


def go_on(request: ApprovalRequest, *, by: Voice | None = None, now: datetime) -> None:
    """Settle what can be settled and ask whoever comes next, until somebody has to be waited for or all is said."""
    plan, round_ = read_plan(request.plan), present_round(request)
    while request.state == ApprovalRequest.State.WAITING:
        levels = list(ApprovalLevel.objects.filter(round=round_).order_by("position"))
        for level in levels:
            if level.state == State.OPEN:
                settle(request, level, plan, by=by, now=now)
        present = [level for level in levels if level.stage == request.stage]
        is_open = any(level.state == State.OPEN for level in present)
        is_rejected = any(level.state == State.REJECTED for level in present)
        if is_rejected and not (is_open and plan.collectAll):
            close_request(request, ApprovalRequest.State.REJECTED, by=by, now=now)
        elif is_open:
            break
        elif pending := [level for level in levels if level.state == State.PENDING]:
            _open_stage(request, round_, pending, plan, now)
        else:
            was_asked = any(level.state == State.APPROVED for level in levels)
            reason = "" if was_asked else "No level was needed for this request."
            close_request(request, ApprovalRequest.State.APPROVED, reason=reason, by=by, now=now)
    if request.is_open:
        keep_due(request)


def settle(request: ApprovalRequest, level: ApprovalLevel, plan: Plan, *, by: Voice | None, now: datetime) -> None:
    """Close an open level where its voices are enough; the request's state is left to the caller."""
    states = list(ApprovalTask.objects.filter(level=level).values_list("state", flat=True))
    approved = sum(state in (ApprovalTask.State.APPROVED, ApprovalTask.State.SKIPPED) for state in states)
    rejected = ApprovalTask.State.REJECTED in states
    if plan.collectAll and ApprovalTask.State.OPEN in states:
        return
    if approved >= level.need and not (rejected and plan.levels[level.position].needs is None):
        close_level(request, level, State.APPROVED, by=by, now=now)
    elif rejected:
        close_level(request, level, State.REJECTED, by=by, now=now)


def close_level(
    request: ApprovalRequest,
    level: ApprovalLevel,
    state: ApprovalLevel.State,
    *,
    reason: str = "",
    leaves: ApprovalTask.State = ApprovalTask.State.CLOSED,
    by: Voice | None = None,
    now: datetime,
) -> None:
    """Close a level; tasks that are still open there become `leaves`."""
    tasks = list(ApprovalTask.objects.filter(level=level, state=ApprovalTask.State.OPEN))
    ApprovalTask.objects.filter(pk__in=[task.pk for task in tasks]).update(state=leaves, closed_at=now)
    level.state, level.reason, level.closed_at, level.remind_at = state, reason, now, None
    level.save()
    detail = {"level": level.position, "name": level.name, "state": state.value, "reason": reason, "left": leaves.value}
    note_fact(request, "level_closed", detail, by=by, now=now)
    tell_settled(request, tasks, now=now)


def _open_stage(
    request: ApprovalRequest, round_: ApprovalRound, pending: list[ApprovalLevel], plan: Plan, now: datetime
) -> None:
    stage = min(level.stage for level in pending)
    request.stage = stage
    request.save(update_fields=["stage"])
    clock = account_clock(request.account, now=now)
    for level in pending:
        if level.stage != stage:
            continue
        try:
            open_level(request, round_, level, plan=plan, clock=clock)
        except NobodyToAsk as error:
            close_request(request, ApprovalRequest.State.EXPIRED, reason=str(error), now=now)
            return
