"""`/decide/<token>/`: the pages that a link in a mail leads to. GET and HEAD show, a POST decides."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from opsflows.accounts.actor import Forbidden
from opsflows.approvals.announce import page_of
from opsflows.approvals.decide import MAX_COMMENT, decide
from opsflows.approvals.errors import Changed, NeedsLogin, Settled
from opsflows.approvals.links.open_linked import linked_attachments, open_linked
from opsflows.approvals.links.paper import paper_of
from opsflows.approvals.links.state import LinkState, link_state
from opsflows.approvals.links.tokens import find_token
from opsflows.approvals.models import ApprovalAttachment, ApprovalDecision, ApprovalToken
from opsflows.approvals.views.guard import guarded, say
from opsflows.approvals.voice import voice_of_link
from opsflows.files.store import FileProblem


@guarded("GET", "HEAD", "POST")
def decide_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """The question, or what became of it."""
    found = find_token(token)
    if found is None or not found.task.account.is_active:
        return _unknown(request)
    if request.method != "POST":
        return _show(request, token, found, choice=request.GET.get("choice", ""))
    return _decide(request, token, found)


@guarded("GET", "HEAD")
def linked_file(request: HttpRequest, token: str, attachment_id: uuid.UUID) -> HttpResponseBase:
    """A file beside the question, as something to be kept and never as a page of ours."""
    found = find_token(token)
    if found is None or not link_state(found, now=timezone.now()).can_decide:
        return _unknown(request)
    try:
        row, content = open_linked(task=found.task, attachment_id=attachment_id)
    except ApprovalAttachment.DoesNotExist:
        return _unknown(request)
    except FileProblem:
        text = "The file cannot be read right now. Try again in a while."
        return say(request, title="The file is not to be had", text=text, look="rejected", status=503)
    answer = StreamingHttpResponse(content.pieces, content_type="application/octet-stream")
    answer["Content-Length"] = str(content.size)
    answer["Content-Disposition"] = str(content_disposition_header(True, row.name))
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@guarded("GET", "HEAD", "POST")
def unknown(request: HttpRequest, token: str = "", rest: str = "") -> HttpResponseBase:
    """No link looks like this."""
    return _unknown(request)


def _decide(request: HttpRequest, token: str, found: ApprovalToken) -> HttpResponseBase:
    verdict, comment = request.POST.get("verdict", ""), request.POST.get("comment", "")
    task = found.task
    if request.user.is_authenticated and request.user.pk == task.request.requester_id:
        text = (
            "You asked for this yourself, and whoever asks cannot decide. It goes on waiting for whom it was sent to."
        )
        return say(request, title="This is not yours to decide", text=text, look="rejected", status=403)
    state = link_state(found, now=timezone.now())
    if not state.can_decide:
        return _show(request, token, found, status=409 if state.kind != "login" else 403)
    try:
        decide(
            voice=voice_of_link(task),
            task_id=task.pk,
            verdict=verdict,
            comment=comment,
            seen=request.POST.get("seen", ""),
            now=timezone.now(),
        )
    except ValidationError as error:
        problems = error.message_dict if hasattr(error, "error_dict") else {"verdict": error.messages}
        if not verdict:
            problems["verdict"] = ["Choose one of the three."]
        return _show(request, token, found, choice=verdict, comment=comment, problems=problems, status=400)
    except (Settled, Changed, NeedsLogin) as error:
        # What stands now, read anew.
        status = 403 if isinstance(error, NeedsLogin) else 409
        return _show(request, token, find_token(token) or found, comment=comment, note=str(error), status=status)
    except Forbidden as error:
        return say(request, title="This cannot be decided here", text=str(error), look="rejected", status=403)
    return HttpResponseRedirect(f"{reverse('decide:page', args=[token])}?done=1", status=303)


def _show(
    request: HttpRequest,
    token: str,
    found: ApprovalToken,
    *,
    choice: str = "",
    comment: str = "",
    problems: dict[str, list[str]] | None = None,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    task = found.task
    state = link_state(found, now=timezone.now())
    context: dict[str, Any] = {
        "state": state,
        "asked": task.request,
        "inbox": page_of(task.request) if task.user_id else "",
        "just_now": "done" in request.GET and state.is_own,
        "note": note,
    }
    with timezone.override(task.account.zone):
        if not state.can_decide:
            return render(request, _template(state), context | _aftermath(found, state), status=status)
        context |= {
            "paper": paper_of(task),
            "files": [(row, reverse("decide:file", args=[token, row.pk])) for row in linked_attachments(task)],
            "choices": [(value, label, value == choice) for value, label in ApprovalDecision.Verdict.choices],
            "comment": comment,
            "problems": problems or {},
            "most": MAX_COMMENT,
            "action": reverse("decide:page", args=[token]),
        }
        return render(request, "decide/decide.html", context, status=status)


def _template(state: LinkState) -> str:
    return "decide/login.html" if state.kind == "login" else "decide/over.html"


def _aftermath(found: ApprovalToken, state: LinkState) -> dict[str, Any]:
    """What follows, for those who decided, or whose decision somebody else made."""
    if state.kind != "decided":
        return {}
    return {"paper": paper_of(found.task)}


def _unknown(request: HttpRequest) -> HttpResponse:
    text = (
        "Perhaps the link was cut when it was copied: open it from the mail itself. If you have an account here, your "
        "inbox shows what waits for you."
    )
    return say(request, title="This link leads nowhere", text=text, look="expired", status=404)
