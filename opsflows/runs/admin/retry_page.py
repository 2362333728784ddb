"""Many failed runs at once: the page that says what will happen, and has it done by a job."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import show_problems
from opsflows.admin_site.filters import SPANS, as_uuid
from opsflows.admin_site.framing import Framing
from opsflows.admin_site.markup import list_of, page_of
from opsflows.runs.models import Execution
from opsflows.runs.replay.retry_many import retry_many
from opsflows.runs.replay.which import FAILED, MAX_NAMED, Which
from opsflows.workflows.models import Workflow

#: Runs that are counted; of more it is said that they are more.
MOST = 10_000
_HOW = (
    ("failed_step", "each from the step that failed"),
    ("start", "each from the start, with the version it had"),
    ("start_newest", "each from the start, with what is published now"),
)
_ACT = {"label": "Retry these runs", "is_dangerous": False}


class HowForm(forms.Form):
    """From where they go on."""

    how = fields.choice("How", _HOW)


def retry_query(filters: Mapping[str, str]) -> dict[str, str]:
    """Of a list's filters those that this page takes."""
    return {name: filters[name] for name in ("status", "workflow", "batch", "when") if filters.get(name)}


def which_of(query: Mapping[str, str]) -> Which:
    """The failed runs that a list's address means: its filters, or the ids of those that were chosen."""
    ids = tuple(found for each in query.get("ids", "").split(",") if (found := as_uuid(each)))[:MAX_NAMED]
    span = SPANS.get(query.get("when", ""))
    status = query.get("status")
    return Which(
        ids=ids,
        workflow_id=as_uuid(query.get("workflow", "")),
        batch_id=as_uuid(query.get("batch", "")),
        status=status if status in FAILED else None,
        begun_since=timezone.now() - span[1] if span else None,
    )


def retry_page(admin: Framing, request: HttpRequest) -> HttpResponse:
    """GET says how many are meant and asks, POST has it done and goes to the job's page."""
    actor = _actor(request)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    which, now = which_of(request.GET.dict()), timezone.now()
    form = HowForm(data=request.POST if request.method == "POST" else None, initial={"how": request.GET.get("how")})
    if request.method == "POST" and form.is_valid():
        try:
            job = retry_many(actor=actor, which=which, how=form.cleaned_data["how"], now=now)
        except ValidationError as error:
            show_problems(form, error)
        else:
            messages.success(request, "A worker begins within a few seconds; this page says how far it is.")
            return HttpResponseRedirect(page_of(job))
    context = {
        **admin.frame(request, "Retry failed runs"),
        "act": _ACT,
        "question": _question(which, actor.account_id),
        "form": form,
        "back": list_of(Execution, "?status=failed"),
    }
    return TemplateResponse(request, "admin/opsflows/act.html", context, status=400 if form.errors else 200)


def _actor(request: HttpRequest) -> Any:
    try:
        actor = current_actor(request)
    except Forbidden:
        raise PermissionDenied from None
    if not actor.may(Permission.RUNS_OPERATE):
        raise PermissionDenied
    return actor


def _question(which: Which, account_id: uuid.UUID) -> str:
    found = len(which.rows(account_id, asked_at=timezone.now()).values_list("pk")[: MOST + 1])
    number = f"More than {MOST:,} runs" if found > MOST else "1 run" if found == 1 else f"{found:,} runs"
    workflow = Workflow.objects.filter(pk=which.workflow_id, account=account_id).first() if which.workflow_id else None
    of = f" of “{workflow.workflow_name}”" if workflow else ""
    return (
        f"{number}{of} that failed are meant. Each is taken up once, a few at a time; it can be stopped in between. "
        "Calls are made again under new keys: from the failed step on only those that are still to come, from the "
        "start all of them."
    )
