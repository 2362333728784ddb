"""One request: what is asked, by whom and why, who said what, what happens next, and what the reader can do."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from opsflows.accounts.actor import Actor
from opsflows.accounts.members import Members
from opsflows.accounts.roles import Permission
from opsflows.approvals.attach import open_attachment
from opsflows.approvals.models import ApprovalAttachment, ApprovalRequest, ApprovalTask
from opsflows.approvals.reading.chain import Chain, chain_of
from opsflows.approvals.reading.seen import visible_requests
from opsflows.approvals.views.differences import earlier_rounds
from opsflows.approvals.views.forms import AttachForm, CommentForm, DecideForm, ReassignForm, RecallForm
from opsflows.approvals.views.frame import refused, show, signed_in
from opsflows.approvals.voice import called
from opsflows.files.store import FileProblem

#: Names that are offered to hand a task on to; any other can be typed.
_OFFERED = 300


@require_safe
@signed_in
def request_page(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """The page as it stands."""
    return page(request, actor, request_id)


def page(
    request: HttpRequest,
    actor: Actor,
    request_id: uuid.UUID,
    *,
    bound: forms.Form | None = None,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; `bound` is the form that was sent, to be corrected, and `note` what is to be read first.

    Raises `ApprovalRequest.DoesNotExist` for whoever takes no part in it.
    """
    row = _visible(actor).get(pk=request_id)
    chain = chain_of(row)
    open_tasks = _open_tasks(chain) if row.state == ApprovalRequest.State.WAITING else []
    manages, is_own = actor.may(Permission.APPROVALS_MANAGE), row.requester_id == actor.user_id
    may_change = row.is_open and (manages or is_own)
    # As the verbs have it: nobody changes what somebody else asks for, nor chooses who decides about their own.
    may_amend = row.is_open and (is_own or (manages and row.requester_id is None))
    may_amend = may_amend and row.subject != ApprovalRequest.Subject.PUBLICATION
    movable = [task for task in open_tasks if manages or actor.user_id in (task.user_id, task.on_behalf_of_id)]
    movable = [] if is_own else movable
    decides = _decide_forms(actor, open_tasks, chain.present.round.content_hash, bound)
    comment, kept = _form(CommentForm, bound), _kept(bound) if note and not decides else ""
    if kept:
        comment.initial["text"] = kept
    context = {
        "row": row,
        "chain": chain,
        "content": chain.present.content,
        "earlier": earlier_rounds(chain),
        "note": note,
        "decides": decides,
        "moves": [(task, _form(ReassignForm, bound, task)) for task in movable],
        "members": _names(actor) if movable else [],
        "comment_form": comment,
        "recall_form": _form(RecallForm, bound) if may_change else None,
        "attach_form": _form(AttachForm, bound) if may_amend else None,
        "may_amend": may_amend,
        "is_own": is_own,
        "kept": kept,
    }
    return show(request, "request.html", context, status=status)


@require_safe
@signed_in
def attachment(request: HttpRequest, actor: Actor, request_id: uuid.UUID, attachment_id: uuid.UUID) -> HttpResponseBase:
    """A file beside it, as something to be kept and never as a page of ours."""
    try:
        row, content = open_attachment(actor=actor, attachment_id=attachment_id)
    except FileProblem as error:
        return refused(request, "The file cannot be read now", str(error), status=503)
    if row.request_id != request_id:
        content.pieces.close()
        raise ApprovalAttachment.DoesNotExist
    answer = StreamingHttpResponse(content.pieces, content_type="application/octet-stream")
    answer["Content-Length"] = str(content.size)
    answer["Content-Disposition"] = str(content_disposition_header(True, row.name))
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _visible(actor: Actor) -> QuerySet[ApprovalRequest]:
    return visible_requests(actor).select_related("requester", "submission")


def _open_tasks(chain: Chain) -> list[ApprovalTask]:
    """Each with its level, which is at hand."""
    found = []
    for level in chain.present.levels:
        for each in level.tasks:
            if each.task.state == ApprovalTask.State.OPEN:
                each.task.level = level.level
                found.append(each.task)
    return found


def _decide_forms(
    actor: Actor, open_tasks: list[ApprovalTask], seen: str, bound: forms.Form | None
) -> list[tuple[ApprovalTask, forms.Form]]:
    """A form for each of the reader's own tasks; mostly there is one."""
    mine = [task for task in open_tasks if task.user_id == actor.user_id]
    return [(task, _form(DecideForm, bound, task, seen=seen)) for task in mine]


def _form(
    kind: type[forms.Form], bound: forms.Form | None, task: ApprovalTask | None = None, **values: Any
) -> forms.Form:
    """The form that was sent, if it is this one, else an empty one. What it is about is never what was sent."""
    name = f"{kind.__name__.removesuffix('Form').lower()}{f'-{task.pk}' if task else ''}-%s"
    about = {"task": str(task.pk), **values} if task else values
    if not isinstance(bound, kind) or (task and bound.data.get("task") != str(task.pk)):
        return kind(initial=about, auto_id=name)
    again = kind({**{key: bound.data[key] for key in bound.data}, **about}, auto_id=name)
    again.full_clean()
    again._errors = bound.errors  # type: ignore[attr-defined]
    return again


def _kept(bound: forms.Form | None) -> str:
    """What somebody wrote who came too late to say it, so that it is not lost."""
    return str(bound.data.get("comment", "")).strip() if isinstance(bound, DecideForm) else ""


def _names(actor: Actor) -> list[tuple[str, str]]:
    """Whom a task may be handed on to: what is typed, and what people call them."""
    others = [user for user in Members(actor.account_id).all() if user.pk != actor.user_id]
    return [(user.email or user.username, called(user)) for user in others[:_OFFERED]]
