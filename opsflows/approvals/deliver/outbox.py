"""The outbox: which message is next, and how far each has come."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from opsflows.approvals.deliver.undelivered import tell_undelivered
from opsflows.approvals.models import ApprovalMessage
from opsflows.queue.backoff import backoff

#: How long a message is left to whoever took it; a worker that is killed keeps it back no longer. It is more than one
#: attempt can take.
LEASE = timedelta(minutes=3)
#: What could not be sent for so long is given up.
GIVEN_UP = timedelta(days=1)
_BASE = timedelta(seconds=30)

#: How long a way that does not work is left alone.
_QUIET = timedelta(minutes=1)

Channel, Status = ApprovalMessage.Channel, ApprovalMessage.Status


def take_next(*, account_id: uuid.UUID | None, now: datetime) -> ApprovalMessage | None:
    """The message that has been due for longest, now ours for `LEASE`; None where nothing is due.

    `account_id` None: of all accounts. Two who ask at the same time get different ones.
    """
    due = ApprovalMessage.objects.filter(status=Status.QUEUED, next_at__lte=now, account__is_active=True)
    if account_id is not None:
        due = due.filter(account=account_id)
    rows = due.select_related("account", "request", "request__requester", "task", "task__round", "task__level")
    while (found := rows.order_by("next_at", "id").first()) is not None:
        ours = ApprovalMessage.objects.filter(pk=found.pk, status=Status.QUEUED, next_at=found.next_at)
        if ours.update(next_at=now + LEASE, attempts=F("attempts") + 1):
            found.attempts += 1
            return found
    return None


def note_sent(message: ApprovalMessage, answer: Mapping[str, Any] | None, *, now: datetime) -> None:
    """It is on its way; `answer` is how it can be edited later."""
    _note(message, status=Status.SENT, sent_at=now, answer=dict(answer) if answer else None, error="")


def note_dropped(message: ApprovalMessage, why: str) -> None:
    """Nobody needs it any more."""
    _note(message, status=Status.DROPPED, error=why)


def note_refused(message: ApprovalMessage, why: str, *, now: datetime) -> None:
    """It will never be taken."""
    _fail(message, why, now)


def note_again(message: ApprovalMessage, why: str, *, after: timedelta | None, now: datetime) -> None:
    """It is tried again, unless it has been tried for a day."""
    if now - message.created_at >= GIVEN_UP:
        _fail(message, f"Given up after a day: {why}", now)
        return
    pause = backoff(message.attempts, base=_BASE) + _BASE if after is None else after
    _note(message, next_at=now + min(pause, GIVEN_UP), error=why)


def hold_back(like: ApprovalMessage, *, now: datetime) -> None:
    """Leave what would go the same way alone for a while: each try could cost a timeout. Mail goes one way for all."""
    due = ApprovalMessage.objects.filter(status=Status.QUEUED, channel=like.channel, next_at__lte=now)
    if like.channel != Channel.EMAIL:
        due = due.filter(account=like.account_id)
    due.update(next_at=now + _QUIET)


def _fail(message: ApprovalMessage, why: str, now: datetime) -> None:
    with transaction.atomic():
        if _note(message, status=Status.FAILED, error=why):
            tell_undelivered(message, now=now)


def _note(message: ApprovalMessage, **values: Any) -> bool:
    # Whoever came after us, because we took too long, may have ended it; that stands.
    return bool(ApprovalMessage.objects.filter(pk=message.pk, status=Status.QUEUED).update(**values))
