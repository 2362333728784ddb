"""Start a workflow for records: those of the list as it is filtered, or those that were ticked in it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import show_problems
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.framing import Framing
from opsflows.admin_site.markup import list_of, page_of
from opsflows.records.admin.record_types import all_beginning_with
from opsflows.records.models import Record
from opsflows.records.start_batch import prepare_records
from opsflows.runs.admin.batch_form import startable_choices
from opsflows.runs.batches.parts import MOST_ROWS
from opsflows.runs.batches.refusal import WrongList
from opsflows.runs.start_run import NotStartable

#: Rows of the list's page, all of which can be ticked.
_MOST_TICKED = 50


class WorkflowForm(forms.Form):
    """Which workflow."""

    def __init__(self, *, account: PlatformAccount, data: Any = None) -> None:
        super().__init__(data)
        offered = startable_choices(account)
        self.fields["workflow"] = fields.choice(
            "Workflow",
            offered,
            help_text="" if offered else "There is none yet that was published.",
        )


def may_start(request: HttpRequest) -> bool:
    """Whether the signed-in person may start workflows."""
    try:
        return current_actor(request).may(Permission.RUNS_START)
    except Forbidden:
        return False


def start_batch_page(admin: Framing, request: HttpRequest) -> HttpResponse:
    """GET says which records and how many, POST lays the batch down, to be looked at on its own page."""
    membership = current_membership(request)
    if membership is None or not may_start(request):
        raise PermissionDenied
    records, asked = _chosen(request, Record.objects.filter(account=membership.account_id))
    form = WorkflowForm(account=membership.account, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = prepare_records(
                actor=current_actor(request),
                workflow_id=form.cleaned_data["workflow"],
                records=records,
                asked=asked,
                now=timezone.now(),
            )
        except (WrongList, NotStartable) as error:
            show_problems(form, ValidationError(str(error)))
        else:
            return HttpResponseRedirect(page_of(batch))
    number = records.order_by()[: MOST_ROWS + 1].count()
    context = {
        **admin.frame(request, "Start a workflow"),
        "form": form,
        "asked": asked,
        "number": number,
        "is_too_many": number > MOST_ROWS,
        "most": MOST_ROWS,
        "back": list_of(Record),
    }
    return TemplateResponse(request, "admin/opsflows/record_batch.html", context, status=400 if form.errors else 200)


def _chosen(request: HttpRequest, rows: QuerySet[Record]) -> tuple[QuerySet[Record], str]:
    """The records that the address names, and how that is said in words."""
    if "ids" in request.GET:
        ids = [found for text in request.GET["ids"].split(",")[:_MOST_TICKED] if (found := as_uuid(text))]
        return rows.filter(pk__in=ids), f"{len(ids)} record{'' if len(ids) == 1 else 's'}, chosen by hand"
    kind, term = request.GET.get("type", "")[:63], request.GET.get("q", "").strip()[:200]
    words = "All records"
    if kind:
        rows, words = rows.filter(type=kind), f"Records of the type {kind}"
    if not term:
        return rows, words
    words = words if kind else "Records"
    if found := as_uuid(term):
        return rows.filter(pk=found), f"{words} with the id {found}"
    if "\x00" in term:
        return rows.none(), words
    return all_beginning_with(rows, term), f"{words} whose key or title begins with “{term}”"
