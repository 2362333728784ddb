"""Take a request back."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.roles import Permission
from opsflows.approvals.decide import require_member
from opsflows.approvals.errors import Settled
from opsflows.approvals.hold import hold_request
from opsflows.approvals.levels.close import close_request
from opsflows.approvals.models import ApprovalRequest
from opsflows.approvals.reading.standing import what_stands
from opsflows.approvals.voice import Voice
from opsflows.audit.record import record

MAX_REASON = 2_000


def recall(*, voice: Voice, request_id: uuid.UUID, reason: str = "", now: datetime) -> ApprovalRequest:
    """End a request that still waits: whoever asks does not want it any more. A step that waits goes on by `recalled`.

    Raises:
        ApprovalRequest.DoesNotExist: no such request in the account.
        Forbidden: it is neither the actor's own, nor may they manage those of others.
        Settled: it is over already.
    """
    with transaction.atomic():
        request = hold_request(account_id=voice.actor.account_id, request_id=request_id)
        require_own(voice, request, "take it back")
        if not request.is_open:
            raise Settled(what_stands(request))
        reason = " ".join(reason.split())[:MAX_REASON] or f"{voice.name} took it back."
        close_request(request, ApprovalRequest.State.RECALLED, reason=reason, by=voice, now=now)
        record(actor=voice.actor, action="approval.recalled", row=request, detail={"reason": reason}, now=now)
    return request


def supersede(*, request_id: uuid.UUID, account_id: uuid.UUID, reason: str, by: Voice | None, now: datetime) -> None:
    """End a request because a newer one, or a change, takes its place. Nothing where it is over already."""
    with transaction.atomic():
        request = hold_request(account_id=account_id, request_id=request_id)
        if request.is_open:
            close_request(request, ApprovalRequest.State.SUPERSEDED, reason=reason, by=by, now=now)


def withdraw_for(origin_keys: Collection[str], *, reason: str, now: datetime) -> None:
    """End the requests that were asked under these keys; the caller has locked the queue rows that waited for them."""
    rows = ApprovalRequest.objects.filter(origin_key__in=origin_keys, closed_at=None).order_by("id")
    for account_id, request_id in list(rows.values_list("account_id", "id")):
        request = hold_request(account_id=account_id, request_id=request_id)
        if request.is_open:
            close_request(request, ApprovalRequest.State.RECALLED, reason=reason, now=now)


def require_own(voice: Voice, request: ApprovalRequest, what: str) -> None:
    """Raise `Forbidden` unless the request is the voice's own, or they may manage everybody's."""
    require_member(voice)
    is_own = voice.actor.user_id is not None and voice.actor.user_id == request.requester_id
    if voice.is_bound or not (is_own or voice.actor.may(Permission.APPROVALS_MANAGE)):
        raise Forbidden(f"Only who asks can {what}, or somebody who may manage everybody's requests.")


def begin_to_ask(voice: Voice, request: ApprovalRequest, what: str) -> None:
    """Raise `Forbidden` unless the voice may change it: who asks, or who manages requests where no member asks.

    Whoever changes it asks for it from then on, and does not decide about it.
    """
    require_own(voice, request, what)
    if voice.actor.user_id == request.requester_id:
        return
    if request.requester_id is not None:
        raise Forbidden(f"Only {request.requester_name} can {what}, who asks for it.")
    request.requester_id = voice.actor.user_id
    request.requester_name = request.requester_name or voice.name
