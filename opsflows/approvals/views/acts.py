"""What else can be done with a request: each a POST of its own, and back to its page."""

import uuid
from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from opsflows.accounts.actor import Actor
from opsflows.admin_site.acts import show_problems
from opsflows.admin_site.body_limit import body_limit
from opsflows.approvals.attach import attach_file
from opsflows.approvals.comment import add_comment
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall
from opsflows.approvals.views.forms import AttachForm, CommentForm, ReassignForm, RecallForm
from opsflows.approvals.views.frame import signed_in
from opsflows.approvals.views.request import page
from opsflows.approvals.voice import voice_of
from opsflows.files.configure import largest_bytes


@require_POST
@signed_in
def comment(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """Say something to all who take part."""
    form = CommentForm(request.POST)

    def do() -> str:
        text = form.cleaned_data["text"]
        add_comment(voice=voice_of(actor), request_id=request_id, text=text, now=timezone.now())
        return "Your comment is there."

    return _done(request, actor, request_id, form, do)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def _attach(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """Put a file beside it, which asks everybody anew. A file that was too large comes back by GET."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("inbox:request", args=[request_id]))
    form = AttachForm(request.POST, request.FILES)

    def do() -> str:
        file = form.cleaned_data["file"]
        voice = voice_of(actor)
        attach_file(voice=voice, request_id=request_id, name=file.name, content=file, now=timezone.now())
        return f"“{file.name}” stands beside it; those who decide are asked anew."

    return _done(request, actor, request_id, form, do)


attach = body_limit(csrf_protect(_attach), file=largest_bytes())


@require_POST
@signed_in
def reassign_task(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """Have somebody else asked."""
    form = ReassignForm(request.POST)

    def do() -> str:
        said = form.cleaned_data
        verb = partial(reassign, voice=voice_of(actor), task_id=said["task"], now=timezone.now())
        new = verb(to=said["to"], comment=said["comment"])
        return f"{new.name} is asked now."

    return _done(request, actor, request_id, form, do)


@require_POST
@signed_in
def recall_request(request: HttpRequest, actor: Actor, request_id: uuid.UUID) -> HttpResponseBase:
    """Take it back."""
    form = RecallForm(request.POST)

    def do() -> str:
        reason = form.cleaned_data["reason"]
        row = recall(voice=voice_of(actor), request_id=request_id, reason=reason, now=timezone.now())
        return f"“{row.title}” is recalled; nobody has to decide any more."

    return _done(request, actor, request_id, form, do)


def _done(
    request: HttpRequest, actor: Actor, request_id: uuid.UUID, form: forms.Form, do: Callable[[], str]
) -> HttpResponseBase:
    """Do it and go back to the page, or show there what is wrong."""
    if not form.is_valid():
        return page(request, actor, request_id, bound=form, status=400)
    try:
        said = do()
    except (Settled, Changed) as error:
        return page(request, actor, request_id, bound=form, note=str(error), status=409)
    except ValidationError as error:
        show_problems(form, error)
        return page(request, actor, request_id, bound=form, status=400)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("inbox:request", args=[request_id]))
