"""Begin a round: what is shown is fixed, and which levels it needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.accounts.calendars import account_clock
from opsflows.approvals.content import Content, content_hash
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.levels.stages import go_on
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalRound
from opsflows.approvals.plan import Plan, PlanLevel, read_plan
from opsflows.approvals.voice import Voice
from opsflows.rules import Clock, RenderError, compile_condition, compile_value


def open_round(
    request: ApprovalRequest, content: Content, *, note: str = "", by: Voice | None = None, now: datetime
) -> ApprovalRound:
    """The round `request.round_number`, asked at once; the caller holds the request, and has ended the one before."""
    plan, document = read_plan(request.plan), content.document()
    round_ = ApprovalRound.objects.create(
        request=request,
        number=request.round_number,
        content=document,
        content_hash=content_hash(document),
        note=note,
        opened_at=now,
    )
    request.title, request.amount, request.currency = content.title, content.amount, content.currency
    request.state, request.reason, request.stage = ApprovalRequest.State.WAITING, "", 0
    request.amend_by = request.next_at = None
    request.save()
    levels = list(_levels(request, round_, plan, account_clock(request.account, now=now)))
    ApprovalLevel.objects.bulk_create(levels)
    detail = {
        "round": round_.number,
        "content_hash": round_.content_hash,
        "content": document,
        "note": note,
        "levels": [
            {"level": level.position, "name": level.name, "state": level.state, "reason": level.reason}
            for level in levels
        ],
    }
    note_fact(request, "round_opened", detail, by=by, now=now)
    go_on(request, by=by, now=now)
    return round_


def scope_of(request: ApprovalRequest) -> dict[str, Any]:
    """What conditions and names in the plan read: what the run knew, and the request itself."""
    asked = {
        "title": request.title,
        "amount": request.amount,
        "currency": request.currency,
        "requester": request.requester_name,
        "requesterEmail": request.requester_email,
        "round": request.round_number,
    }
    return {**request.scope, "request": asked}


def _levels(request: ApprovalRequest, round_: ApprovalRound, plan: Plan, clock: Clock) -> Any:
    scope = scope_of(request)
    for position, (spec, stage) in enumerate(zip(plan.levels, plan.stages(), strict=True)):
        is_needed, reason = needed(spec, scope, clock)
        yield ApprovalLevel(
            round=round_,
            position=position,
            stage=stage,
            name=spec.name or f"Level {position + 1}",
            approvers=names_in(spec.approvers, scope, clock),
            escalate_to=names_in(spec.escalateTo, scope, clock),
            state=ApprovalLevel.State.PENDING if is_needed else ApprovalLevel.State.LEFT_OUT,
            reason=reason,
        )


def needed(spec: PlanLevel, scope: Mapping[str, Any], clock: Clock) -> tuple[bool, str]:
    """Whether the level's condition holds, and in a sentence why not."""
    if spec.when is None or compile_condition(spec.when, path="when").matches(scope, clock):
        return True, ""
    return False, "Its condition does not hold for this request."


def names_in(names: list[str], scope: Mapping[str, Any], clock: Clock) -> list[str]:
    """Names with their variables filled in; a variable may hold several. One that is empty stands for nobody."""
    found: list[str] = []
    for name in names:
        try:
            value = compile_value(name).render(scope, clock).value if "{" in name else name
        except RenderError as error:
            value = f"{name} ({error})"
        several = value if isinstance(value, list) else [value]
        found += [str(each).strip() if each is not None else "" for each in several] or [""]
    return found
