"""Files beside a request. What approvers decide about is bound to them: another file begins another round."""

import hashlib
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.approvals.amend import begin_round, refuse_publication
from opsflows.approvals.content import content_from
from opsflows.approvals.errors import Settled
from opsflows.approvals.hold import hold_request
from opsflows.approvals.intact import open_intact
from opsflows.approvals.levels.stages import present_round
from opsflows.approvals.models import ApprovalAttachment, ApprovalRequest
from opsflows.approvals.reading.seen import may_see
from opsflows.approvals.reading.standing import what_stands
from opsflows.approvals.recall import begin_to_ask, require_own
from opsflows.approvals.voice import Voice
from opsflows.audit.record import record
from opsflows.files.configure import largest_bytes, store_of
from opsflows.files.store import Content, FileProblem

MAX_FILES = 20


def attach_file(
    *, voice: Voice, request_id: uuid.UUID, name: str, content: IO[bytes], now: datetime
) -> ApprovalAttachment:
    """Put a file beside the request, for a new round.

    Raises:
        ApprovalRequest.DoesNotExist, Forbidden, Settled: as `amend`.
        ValidationError: `file`: too large, no name, too many, or the storage refuses.
    """
    request = ApprovalRequest.objects.get(pk=request_id, account_id=voice.actor.account_id)
    require_own(voice, request, "put files beside it")
    name = _checked_name(name)
    held = content.read(largest_bytes() + 1)
    digest = hashlib.sha256(held).hexdigest()
    stored_as = f"approvals/{request_id}/{digest}"
    try:
        # Before the transaction: storage is slow. A file that nothing points to does no harm.
        store_of(request.account_id).change(stored_as, lambda _: held, key=f"attachment {uuid.uuid4()}", at=now)
    except FileProblem as error:
        raise ValidationError({"file": str(error)}) from None
    with transaction.atomic():
        request = hold_request(account_id=voice.actor.account_id, request_id=request_id)
        begin_to_ask(voice, request, "put files beside it")
        refuse_publication(request)
        if not request.is_open:
            raise Settled(what_stands(request))
        if ApprovalAttachment.objects.filter(request=request, removed_in=None).count() >= MAX_FILES:
            raise ValidationError({"file": f"At most {MAX_FILES} files can stand beside a request."})
        row = ApprovalAttachment.objects.create(
            request=request,
            added_in=request.round_number + 1,
            name=name,
            size=len(held),
            sha256=digest,
            stored_as=stored_as,
            added_by_id=voice.actor.user_id,
            added_at=now,
        )
        shown = content_from(present_round(request).content)
        files = [*shown.attachments, {"name": name, "sha256": digest, "size": len(held)}]
        begin_round(request, replace(shown, attachments=files), note=f"Added {name}.", by=voice, now=now)
        detail = {"name": name, "sha256": digest, "bytes": len(held)}
        record(actor=voice.actor, action="approval.attached", row=request, detail=detail, now=now)
    return row


def open_attachment(*, actor: Actor, attachment_id: uuid.UUID) -> tuple[ApprovalAttachment, Content]:
    """A file beside a request that the actor may see.

    Raises:
        ApprovalAttachment.DoesNotExist: there is none, or they take no part in its request.
        FileProblem: the storage does not answer, or has lost it, or it was changed.
    """
    rows = ApprovalAttachment.objects.filter(request__account_id=actor.account_id).select_related("request")
    row = rows.get(pk=attachment_id)
    if not may_see(actor=actor, request=row.request):
        raise ApprovalAttachment.DoesNotExist("You take no part in this request.")
    return row, open_intact(row)


def _checked_name(name: str) -> str:
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(sign for sign in name if sign.isprintable()).strip()[:200]
    if not name:
        raise ValidationError({"file": "The file has no name; rename it and choose it again."})
    return name
