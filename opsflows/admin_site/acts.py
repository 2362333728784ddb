"""Acts: what a person can do with a row. Each is asked for on a page of its own and done by POST through its verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.framing import Framing
from opsflows.admin_site.markup import list_of, page_of


class Refused(Exception):  # noqa: N818  (reads as the answer it becomes)
    """The verb said no: one sentence or several, for the person who asked."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Deed:
    """An act about to be done: who, with which row, with what the form says."""

    actor: Actor
    row: Any
    now: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """One thing to do with a row.

    `question` says what will happen, to be read before it does; `perform` does it through its verb and answers with
    the sentence that says so. `is_possible` hides the button, no more: whether it may be done, the verb decides.
    """

    name: str
    label: str
    icon: str
    permission: Permission
    question: Callable[[Any], str]
    perform: Callable[[Deed], str]
    is_possible: Callable[[Any], bool] = lambda row: True
    form: Callable[..., forms.Form] | None = None
    is_dangerous: bool = False
    #: The row is gone afterwards, so its list comes next instead of its page.
    ends_row: bool = False

    def may(self, request: HttpRequest) -> bool:
        """Whether the signed-in person's role allows it."""
        try:
            return current_actor(request).may(self.permission)
        except Forbidden:
            return False


def act_page(admin: Framing, request: HttpRequest, row: Any, act: Act) -> HttpResponse:
    """GET asks, POST does it and goes back to the row's page."""
    if not act.may(request):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = act.form(row=row, data=request.POST if request.method == "POST" else None) if act.form else None
    if request.method == "POST" and (form is None or form.is_valid()):
        done = _do(request, row, act, form)
        if done is not None:
            admin.log_change(request, row, done)
            messages.success(request, done)
            if act.ends_row:
                return HttpResponseRedirect(list_of(type(row)))
        if form is None or not form.errors:
            return HttpResponseRedirect(page_of(row))
    context = {
        **admin.frame(request, act.label, row),
        "act": act,
        "question": act.question(row),
        "form": form,
        "back": page_of(row),
    }
    return TemplateResponse(request, "admin/opsflows/act.html", context, status=400 if form and form.errors else 200)


def _do(request: HttpRequest, row: Any, act: Act, form: forms.Form | None) -> str | None:
    """What was done, in a sentence; None where the verb refused, which is then said on the form or as a message."""
    data = form.cleaned_data if form else {}
    try:
        return act.perform(Deed(actor=current_actor(request), row=row, now=timezone.now(), data=data))
    except ValidationError as error:
        if form is not None:
            show_problems(form, error)
        else:
            _say(request, error.messages)
    except Refused as refused:
        _say(request, refused.sentences)
    except (Forbidden, ObjectDoesNotExist) as error:
        _say(request, [str(error)])
    return None


def show_problems(form: forms.Form, error: ValidationError) -> None:
    """Put a verb's problems beside the fields they are about; what has no field goes to the top."""
    fields = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, problems in fields.items():
        for problem in problems:
            form.add_error(name if name in form.fields else None, problem)


def _say(request: HttpRequest, sentences: Any) -> None:
    for sentence in sentences:
        messages.error(request, sentence)
