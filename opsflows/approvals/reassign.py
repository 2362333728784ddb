"""Hand a task on to somebody else."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.resolve_recipient import UnknownRecipient, resolve_recipient
from opsflows.accounts.roles import Permission
from opsflows.approvals.announce import announce
from opsflows.approvals.decide import hold_task, require_member
from opsflows.approvals.errors import Settled
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.levels.due import keep_due
from opsflows.approvals.levels.open_level import new_task, task_fact
from opsflows.approvals.models import ApprovalRequest, ApprovalTask
from opsflows.approvals.people.find import Asked, Finder, event_of
from opsflows.approvals.people.person import Person, person_of
from opsflows.approvals.people.voices import voices_of
from opsflows.approvals.plan import read_plan
from opsflows.approvals.reading.standing import what_stands
from opsflows.approvals.tell import tell_asked, tell_settled
from opsflows.approvals.voice import Voice
from opsflows.audit.record import record


def reassign(*, voice: Voice, task_id: uuid.UUID, to: str, comment: str = "", now: datetime) -> ApprovalTask:
    """Ask `to` (a name or an address of one person) instead; the new task. Whoever was asked stays on record.

    Raises:
        ApprovalTask.DoesNotExist: no such task in the account.
        Forbidden: it is neither the actor's own, nor theirs whom somebody stands in for, nor may they manage others'.
        Settled: it is decided, or over.
        ValidationError: `to`: nobody, several, who asks, who has a voice at this level already.
    """
    with transaction.atomic():
        request, task = hold_task(voice, task_id)
        _check_voice(voice, request, task)
        if task.state != ApprovalTask.State.OPEN or request.state != ApprovalRequest.State.WAITING:
            raise Settled(what_stands(request, task))
        person = _person(request, task, to, now)
        if person.user is None and voice.actor.user_id not in (task.user_id, task.on_behalf_of_id):
            raise ValidationError({"to": "In the place of somebody else only a member can be asked; name one."})
        comment = " ".join(comment.split())[:2000]
        new = hand_on(
            request, task, Asked(person, ApprovalTask.Why.REASSIGNED, task.user), by=voice, note=comment, now=now
        )
        detail = {"from": task.name, "to": new.name, "comment": comment}
        record(actor=voice.actor, action="approval.reassigned", row=request, detail=detail, now=now)
        announce("reassigned", request, task=new, level=new.level, now=now, comment=comment, decidedBy=voice.name)
        keep_due(request)
    return new


def hand_on(
    request: ApprovalRequest,
    task: ApprovalTask,
    asked: Asked,
    *,
    by: Voice | None = None,
    note: str = "",
    kind: str = "handed_on",
    now: datetime,
) -> ApprovalTask:
    """Close an open task and ask somebody else in its place; the caller holds the request."""
    task.state, task.closed_at = ApprovalTask.State.HANDED_ON, now
    task.save(update_fields=["state", "closed_at"])
    new = new_task(request, task.round, task.level, asked, came_of=task, now=now)
    new.save(force_insert=True)
    note_fact(request, kind, {"from": str(task.pk), "note": note, **task_fact(new)}, by=by, now=now)
    tell_settled(request, [task], now=now)
    tell_asked(request, [new], now=now)
    return new


def _check_voice(voice: Voice, request: ApprovalRequest, task: ApprovalTask) -> None:
    require_member(voice)
    if voice.actor.user_id is not None and voice.actor.user_id == request.requester_id:
        raise Forbidden("You asked for this yourself; whom it is decided by is not for you to choose.")
    own = voice.actor.user_id is not None and voice.actor.user_id in (task.user_id, task.on_behalf_of_id)
    if voice.is_bound or not (own or voice.actor.may(Permission.APPROVALS_MANAGE)):
        raise Forbidden(f"{task.name} is asked here; they can hand it on, or somebody who may manage requests.")


def _person(request: ApprovalRequest, task: ApprovalTask, to: str, now: datetime) -> Person:
    try:
        meant = resolve_recipient(account_id=request.account_id, name=to, data=event_of(request))
    except UnknownRecipient as error:
        raise ValidationError({"to": str(error)}) from None
    if len(meant.people) + (len(meant.addresses) if not meant.people else 0) != 1:
        raise ValidationError({"to": f"{to[:80]!r} stands for several people; name one of them."})
    person = person_of(meant.people[0]) if meant.people else Person(meant.addresses[0][:255], None, meant.addresses[0])
    finder = Finder(request, needs_login=read_plan(request.plan).needs_login(request.amount), now=now)
    if finder.is_requester(person):
        raise ValidationError({"to": f"{person.name} asks for this, and nobody decides their own request."})
    if not finder.may_decide(person):
        raise ValidationError({"to": f"{person.name} may not approve what others want to publish."})
    if person.user is None and finder.needs_login:
        raise ValidationError({"to": "This needs somebody who can sign in; name a member."})
    voices = ApprovalTask.objects.filter(level=task.level).exclude(
        state__in=[ApprovalTask.State.HANDED_ON, ApprovalTask.State.EXPIRED, ApprovalTask.State.CLOSED]
    )
    if person in voices_of(voices.select_related("user")):
        raise ValidationError({"to": f"{person.name} is asked at this level already; name somebody else."})
    return person
