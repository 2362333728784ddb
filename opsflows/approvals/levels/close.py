"""Everything that follows when a request comes to its end, or to a halt until it is changed."""

from datetime import datetime
from typing import Any

from opsflows.accounts.calendars import account_clock
from opsflows.approvals.announce import announce, page_of
from opsflows.approvals.errors import Settled
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.models import (
    ApprovalDecision,
    ApprovalLevel,
    ApprovalRequest,
    ApprovalRound,
    ApprovalTask,
)
from opsflows.approvals.plan import read_plan
from opsflows.approvals.subjects import follow_of
from opsflows.approvals.tell import tell_requester, tell_settled
from opsflows.approvals.voice import Voice
from opsflows.rules import after_duration
from opsflows.runs.waiting.answer import answer_wait

State = ApprovalRequest.State


def close_request(
    request: ApprovalRequest, state: ApprovalRequest.State, *, reason: str = "", by: Voice | None = None, now: datetime
) -> None:
    """End the request, which the caller holds: what is still open ends with it, the run goes on, everybody is told.

    Raises:
        Settled: a person decides, and the run that asked does not wait for it any more; nothing is kept then.
        Whatever the subject's `on_approved` raises; nothing is kept either.
    """
    follow = follow_of(request.subject)
    if state == State.APPROVED and follow is not None:
        follow.on_approved(request, by, now)
    end_round(request, now=now)
    request.state, request.reason, request.closed_at = state, reason, now
    request.next_at = request.amend_by = None
    request.save(update_fields=["state", "reason", "closed_at", "next_at", "amend_by"])
    note_fact(request, "closed", {"state": state.value, "reason": reason}, by=by, now=now)
    announce(state.value, request, now=now, decidedBy=by.name if by else None)
    _tell(request, now)
    _wake(request, by, now)
    if follow is not None:
        follow.on_closed(request, by, now)


def wait_for_changes(request: ApprovalRequest, *, comment: str, by: Voice, now: datetime) -> None:
    """Somebody asked for changes: nobody decides any more until they are made, or the run goes on without."""
    plan = read_plan(request.plan)
    end_round(request, now=now)
    request.state, request.reason = State.CHANGES_REQUESTED, comment
    if plan.onChanges == "go_on":
        request.closed_at, request.next_at = now, None
    else:
        request.amend_by = after_duration(plan.amendWithin, account_clock(request.account, now=now))
        request.next_at = request.amend_by
    request.save(update_fields=["state", "reason", "closed_at", "next_at", "amend_by"])
    detail = {"comment": comment, "until": request.amend_by.isoformat() if request.amend_by else None}
    note_fact(request, "changes_requested", detail, by=by, now=now)
    announce("changes_requested", request, now=now, comment=comment, decidedBy=by.name)
    _tell(request, now)
    _wake(request, by, now)
    if request.closed_at is not None and (follow := follow_of(request.subject)) is not None:
        follow.on_closed(request, by, now)


def end_round(request: ApprovalRequest, *, now: datetime) -> None:
    """Close what is open of the present round."""
    tasks = ApprovalTask.objects.filter(request=request, state=ApprovalTask.State.OPEN)
    tasks.update(state=ApprovalTask.State.CLOSED, closed_at=now)
    levels = ApprovalLevel.objects.filter(round__request=request)
    open_levels = levels.filter(state__in=[ApprovalLevel.State.OPEN, ApprovalLevel.State.PENDING])
    open_levels.update(state=ApprovalLevel.State.CLOSED, closed_at=now)
    ApprovalRound.objects.filter(request=request, closed_at=None).update(closed_at=now)


def answer_of(request: ApprovalRequest) -> dict[str, Any]:
    """What the run gets to know, and what its later steps read."""
    decisions = [
        {
            "level": decision.task.level.name,
            "round": decision.task.round.number,
            "person": decision.name,
            "email": decision.task.email or None,
            "verdict": decision.verdict,
            "comment": decision.comment,
            "at": decision.at.isoformat(),
            "door": decision.door,
            "identity": decision.identity,
        }
        for decision in ApprovalDecision.objects.filter(task__request=request)
        .select_related("task__level", "task__round")
        .order_by("id")
    ]
    last = _deciding(request, decisions)
    ended = ApprovalLevel.objects.filter(round__request=request, round__number=request.round_number)
    ended = ended.filter(state__in=[ApprovalLevel.State.REJECTED, ApprovalLevel.State.EXPIRED]).order_by("closed_at")
    content = ApprovalRound.objects.filter(request=request).order_by("-number").values_list("content", flat=True)[0]
    return {
        "request_id": str(request.pk),
        "state": request.state,
        "reason": request.reason or (last["comment"] if last else ""),
        "decided_by": last["person"] if last else None,
        "level": last["level"] if last else ended.values_list("name", flat=True).first(),
        "comment": last["comment"] if last else "",
        "decisions": decisions,
        "title": request.title,
        "amount": request.amount,
        "details": {each["label"]: each["value"] for each in content["details"]},
        "data": request.scope.get("event", {}),
        "rounds": request.round_number,
        "link": page_of(request),
    }


def _deciding(request: ApprovalRequest, decisions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The decision by which it ended as it did; None where time, or whoever asks, ended it."""
    if request.reason and request.state not in (State.APPROVED, State.CHANGES_REQUESTED):
        return None
    verdicts = {State.APPROVED: "approve", State.REJECTED: "reject", State.CHANGES_REQUESTED: "changes"}
    wanted = verdicts.get(State(request.state))
    found = [each for each in decisions if each["verdict"] == wanted and each["round"] == request.round_number]
    return found[-1] if found else None


def _tell(request: ApprovalRequest, now: datetime) -> None:
    tell_settled(request, ApprovalTask.objects.filter(request=request), now=now)
    tell_requester(request, now=now)


def _wake(request: ApprovalRequest, by: Voice | None, now: datetime) -> None:
    """Let the run go on. A worker that has it already does so for another reason, which goes before a person's word."""
    if request.item_id is None or request.is_open:
        return
    woken = answer_wait(item_id=request.item_id, answer=answer_of(request), now=now)
    if not woken and by is not None:
        raise Settled("The run that asked for this is going on without an answer: it took too long, or is being ended.")
