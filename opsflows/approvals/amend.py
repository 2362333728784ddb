"""Change a request, and ask again: a new round, with everything said before kept."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.approvals.announce import announce
from opsflows.approvals.content import MAX_SUMMARY, MAX_TITLE, Content, as_amount, content_from, content_hash
from opsflows.approvals.errors import Settled
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.forms.amend_form import in_line
from opsflows.approvals.forms.fields import amended
from opsflows.approvals.hold import hold_request
from opsflows.approvals.levels.close import end_round
from opsflows.approvals.levels.rounds import open_round
from opsflows.approvals.levels.stages import present_round
from opsflows.approvals.models import ApprovalRequest, ApprovalTask
from opsflows.approvals.reading.standing import what_stands
from opsflows.approvals.recall import begin_to_ask
from opsflows.approvals.tell import tell_settled
from opsflows.approvals.voice import Voice
from opsflows.audit.record import record


class Keep:
    """Stands for a value that stays as it is."""


KEEP: Final = Keep()
MAX_NOTE = 2_000
MAX_VALUE = 5_000


def amend(
    *,
    voice: Voice,
    request_id: uuid.UUID,
    title: str | None = None,
    summary: str | None = None,
    amount: Decimal | str | Keep | None = KEEP,
    details: Mapping[str, Any] | None = None,
    note: str = "",
    now: datetime,
) -> ApprovalRequest:
    """Ask again for something a little different. Open tasks of the round before are void, and so are their links.

    `details` changes values by their label. Conditions of levels are judged anew, also by what has changed in the
    fields behind the details.

    Raises:
        ApprovalRequest.DoesNotExist, Forbidden: as `recall`.
        Settled: it is over.
        ValidationError: by field; where nothing is different, for `note`.
    """
    with transaction.atomic():
        request = hold_request(account_id=voice.actor.account_id, request_id=request_id)
        begin_to_ask(voice, request, "change it")
        refuse_publication(request)
        if not request.is_open:
            raise Settled(what_stands(request))
        before = present_round(request)
        shown = content_from(before.content)
        content = in_line(request, shown, _changed(shown, title, summary, amount, details))
        if content.amount != shown.amount and not request.amount_field:
            message = "The workflow worked this amount out; recall the request, and ask again for another amount."
            raise ValidationError({"amount": message})
        if content_hash(content.document()) == before.content_hash:
            raise ValidationError({"note": "Nothing is different yet; change something, then ask again."})
        note = note.strip()[:MAX_NOTE]
        begin_round(request, content, note=note, by=voice, now=now)
        detail = {"round": request.round_number, "note": note}
        record(actor=voice.actor, action="approval.resubmitted", row=request, detail=detail, now=now)
    return request


def refuse_publication(request: ApprovalRequest) -> None:
    """A form error for a publication, which is bound to a draft."""
    if request.subject == ApprovalRequest.Subject.PUBLICATION:
        raise ValidationError("A publication is changed in its draft; then it is asked for anew.")


def begin_round(request: ApprovalRequest, content: Content, *, note: str, by: Voice, now: datetime) -> None:
    """Void what is asked, and ask with `content`; the caller holds the request."""
    open_tasks = list(ApprovalTask.objects.filter(request=request, state=ApprovalTask.State.OPEN))
    end_round(request, now=now)
    note_fact(request, "superseded", {"round": request.round_number}, by=by, now=now)
    tell_settled(request, open_tasks, now=now)
    request.round_number += 1
    request.scope = {**request.scope, **_fields(request, content)}
    announce("resubmitted", request, now=now, comment=note, decidedBy=by.name)
    open_round(request, content, note=note, by=by, now=now)


def _changed(
    content: Content,
    title: str | None,
    summary: str | None,
    amount: Decimal | str | Keep | None,
    details: Mapping[str, Any] | None,
) -> Content:
    if title is not None:
        title = " ".join(title.split())
        if not title or len(title) > MAX_TITLE:
            raise ValidationError({"title": f"Say what is asked, in at most {MAX_TITLE} characters."})
        content = replace(content, title=title)
    if summary is not None:
        if len(summary) > MAX_SUMMARY:
            raise ValidationError({"summary": f"At most {MAX_SUMMARY:,} characters are kept."})
        content = replace(content, summary=summary.replace("\x00", "").strip())
    if not isinstance(amount, Keep):
        try:
            content = replace(content, amount=as_amount(amount))
        except ValueError as error:
            raise ValidationError({"amount": str(error)}) from None
    if details is not None:
        content = replace(content, details=_details(content, details))
    return content


def _details(content: Content, details: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = {each["label"] for each in content.details}
    for label, value in details.items():
        if label not in known:
            raise ValidationError({"details": f"There is no detail {label[:80]!r} in this request."})
        if len(str(value)) > MAX_VALUE:
            raise ValidationError({"details": f"{label[:80]}: at most {MAX_VALUE:,} characters are kept."})
    return [
        {**each, "value": details[each["label"]]} if each["label"] in details else dict(each)
        for each in content.details
    ]


def _fields(request: ApprovalRequest, content: Content) -> dict[str, Any]:
    """The fields behind the details, and the one that the amount was read from, with what they hold now."""
    event = request.scope.get("event")
    if not isinstance(event, Mapping):
        return {}
    if request.submission is not None:
        changed = amended(request.submission.fields, event, content.details)
    else:
        changed = {**event, **{each["field"]: each["value"] for each in content.details if each.get("field") in event}}
    if request.amount_field:
        changed = {**changed, request.amount_field: content.amount}
    return {**changed, "event": changed}
