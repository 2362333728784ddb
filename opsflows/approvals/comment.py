"""Say something beside a request."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Forbidden
from opsflows.approvals.announce import announce, page_of
from opsflows.approvals.decide import MAX_COMMENT, require_member
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.hold import hold_request
from opsflows.approvals.models import ApprovalComment, ApprovalTask
from opsflows.approvals.reading.seen import may_see
from opsflows.approvals.voice import Voice
from opsflows.messages.notify import notify


def add_comment(*, voice: Voice, request_id: uuid.UUID, text: str, now: datetime) -> ApprovalComment:
    """Keep what somebody says who takes part; the others who are asked, and who asks, are told in the house.

    Raises:
        ApprovalRequest.DoesNotExist: no such request in the account, or the actor takes no part in it.
        ValidationError: `text`: empty, or too long.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise ValidationError({"text": "Write something first."})
    if len(text) > MAX_COMMENT:
        raise ValidationError({"text": f"At most {MAX_COMMENT:,} characters are kept; this has {len(text):,}."})
    with transaction.atomic():
        request = hold_request(account_id=voice.actor.account_id, request_id=request_id)
        require_member(voice)
        if voice.is_bound or not may_see(actor=voice.actor, request=request):
            raise Forbidden("Only those who take part in this request can say something about it.")
        comment = ApprovalComment.objects.create(
            request=request,
            round_number=request.round_number,
            user_id=voice.actor.user_id,
            author=voice.name,
            door=voice.actor.door,
            text=text,
            at=now,
        )
        note_fact(request, "commented", {"text": text}, by=voice, now=now)
        announce("commented", request, now=now, comment=text, decidedBy=voice.name)
        open_tasks = ApprovalTask.objects.filter(request=request, state=ApprovalTask.State.OPEN, user__isnull=False)
        people = {task.user for task in open_tasks.select_related("user") if task.user} | {request.requester}
        others = [user for user in people if user is not None and user.pk != voice.actor.user_id]
        title = f"{voice.name} commented: {request.title}"
        notify(account_id=request.account_id, users=others, title=title, body=text, link=page_of(request), now=now)
    return comment
