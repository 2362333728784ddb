"""Decide: the one verb behind the inbox, the admin, the link in a mail, the buttons in a chat and the API."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import Membership
from opsflows.accounts.roles import Permission
from opsflows.approvals.announce import announce
from opsflows.approvals.errors import Changed, NeedsLogin, Settled
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.hold import hold_request
from opsflows.approvals.levels.close import wait_for_changes
from opsflows.approvals.levels.stages import go_on, present_round
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask, ApprovalToken
from opsflows.approvals.people.find import Finder
from opsflows.approvals.people.person import Person
from opsflows.approvals.plan import Plan, read_plan
from opsflows.approvals.reading.standing import what_stands
from opsflows.approvals.tell import tell_settled
from opsflows.approvals.voice import Identity, Voice
from opsflows.audit.record import record

Verdict = ApprovalDecision.Verdict
MAX_COMMENT = 5_000

_BECOMES = {
    Verdict.APPROVE: ApprovalTask.State.APPROVED,
    Verdict.REJECT: ApprovalTask.State.REJECTED,
    Verdict.CHANGES: ApprovalTask.State.CHANGES_REQUESTED,
}


def decide(
    *, voice: Voice, task_id: uuid.UUID, verdict: str, comment: str = "", seen: str | None, now: datetime
) -> ApprovalRequest:
    """Say yes, no, or what is to be changed; the request goes on in the same transaction.

    `seen` is the hash of what was shown to whoever decides (`ApprovalRound.content_hash`); None where a program acts
    that was shown nothing.

    Raises:
        ApprovalTask.DoesNotExist: no such task in the account of whoever speaks.
        Forbidden: the task is somebody else's, or the request their own. `NeedsLogin`: a link is not enough here.
        Settled: it is decided already, or over; the message says what stands.
        Changed: the request is another one than the one that was shown.
        ValidationError: by field: `verdict`, `comment`.
        Whatever the subject raises that would follow (a publication that became impossible); nothing is decided then.
    """
    verdict, comment = _checked(verdict, comment)
    with transaction.atomic():
        request, task = hold_task(voice, task_id)
        plan = read_plan(request.plan)
        _check_voice(voice, request, task, plan, now)
        if task.state != ApprovalTask.State.OPEN or request.state != ApprovalRequest.State.WAITING:
            raise Settled(what_stands(request, task))
        round_ = present_round(request)
        if seen is not None and seen != round_.content_hash:
            raise Changed("This request has changed since it was shown to you. Look at it once more, then decide.")
        if not comment and (verdict == Verdict.CHANGES or (verdict == Verdict.REJECT and plan.commentOnReject)):
            raise ValidationError({"comment": "Say why: whoever asks needs to know what to do differently."})
        ApprovalDecision.objects.create(
            task=task,
            verdict=verdict,
            comment=comment,
            user_id=task.user_id,
            name=task.name,
            door=voice.actor.door,
            identity=voice.identity,
            content_hash=round_.content_hash,
            at=now,
        )
        task.state, task.closed_at = _BECOMES[verdict], now
        task.save(update_fields=["state", "closed_at"])
        ApprovalToken.objects.filter(task=task, used_at=None).update(used_at=now)
        _write_down(voice, request, task, verdict, comment, round_.content_hash, now)
        tell_settled(request, [task], now=now)
        if verdict == Verdict.CHANGES:
            wait_for_changes(request, comment=comment, by=voice, now=now)
        else:
            go_on(request, by=voice, now=now)
    return request


def own_task(*, actor: Actor, request_id: uuid.UUID) -> ApprovalTask:
    """The actor's open task of a request, else the last one they had. Raises `ApprovalTask.DoesNotExist`."""
    rows = ApprovalTask.objects.filter(account_id=actor.account_id, request=request_id, user=actor.user_id)
    tasks = sorted(rows, key=lambda task: (task.state == ApprovalTask.State.OPEN, task.pk))
    if not tasks or actor.user_id is None:
        raise ApprovalTask.DoesNotExist("You are not asked about this.")
    return tasks[-1]


def hold_task(voice: Voice, task_id: uuid.UUID) -> tuple[ApprovalRequest, ApprovalTask]:
    """The task and its request, held. Raises `ApprovalTask.DoesNotExist`."""
    rows = ApprovalTask.objects.filter(account_id=voice.actor.account_id)
    request_id = rows.values_list("request_id", flat=True).get(pk=task_id)
    request = hold_request(account_id=voice.actor.account_id, request_id=request_id)
    return request, rows.select_related("level", "round").get(pk=task_id)


def require_member(voice: Voice) -> None:
    """Raise `Forbidden` unless a link or chat speaks, or a member who may take part."""
    if voice.is_bound:
        return
    voice.actor.require(Permission.APPROVALS_DECIDE)
    if voice.actor.user_id is None:
        raise Forbidden("A person has to do this.")


def _check_voice(voice: Voice, request: ApprovalRequest, task: ApprovalTask, plan: Plan, now: datetime) -> None:
    require_member(voice)
    if voice.is_bound and voice.task_id != task.pk:
        raise Forbidden("This link is for another request.")
    if not voice.is_bound and voice.actor.user_id != task.user_id:
        raise Forbidden(f"{task.name} is asked here; only they can answer, or hand it on.")
    if task.state == ApprovalTask.State.OPEN and request.is_open:
        if task.user_id is not None and not _is_member(task):
            raise Forbidden(f"{task.name} is no active member any more.")
        if Finder(request, needs_login=False, now=now).is_requester(Person(task.name, task.user, task.email)):
            raise Forbidden("You asked for this yourself; somebody else has to decide.")
        if voice.identity in (Identity.LINK, Identity.SIGNATURE) and plan.needs_login(request.amount):
            raise NeedsLogin("This decision needs you to sign in: a link alone does not say who you are.")


def _is_member(task: ApprovalTask) -> bool:
    rows = Membership.objects.filter(account=task.account_id, user=task.user_id, user__is_active=True)
    return rows.filter(account__is_active=True).exists()


def _checked(verdict: str, comment: str) -> tuple[ApprovalDecision.Verdict, str]:
    if verdict not in Verdict.values:
        raise ValidationError({"verdict": f"{verdict[:40]!r} is no decision; use approve, reject or changes."})
    comment = comment.replace("\x00", "").strip()
    if len(comment) > MAX_COMMENT:
        raise ValidationError({"comment": f"At most {MAX_COMMENT:,} characters are kept; this has {len(comment):,}."})
    return Verdict(verdict), comment


def _write_down(
    voice: Voice,
    request: ApprovalRequest,
    task: ApprovalTask,
    verdict: ApprovalDecision.Verdict,
    comment: str,
    content_hash: str,
    now: datetime,
) -> None:
    detail = {
        "task": str(task.pk),
        "level": task.level.position,
        "person": task.name,
        "verdict": verdict.value,
        "comment": comment,
        "identity": voice.identity.value,
        "content_hash": content_hash,
    }
    note_fact(request, "decided", detail, by=voice, now=now)
    record(actor=voice.actor, action="approval.decided", row=request, detail=detail, now=now)
    more = {"verdict": verdict.value, "comment": comment, "decidedBy": task.name}
    announce("decided", request, task=task, level=task.level, now=now, **more)
