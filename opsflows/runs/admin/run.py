"""Runs: the list, and a run's page with its trace."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site import words
from opsflows.admin_site.filters import ChoiceFilter, WhenFilter, as_uuid
from opsflows.admin_site.markup import NONE, badge, cut, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.runs.admin.batch_filter import BatchFilter
from opsflows.runs.admin.looks import RUN, with_status
from opsflows.runs.admin.run_acts import ACTS
from opsflows.runs.admin.run_page import run_context
from opsflows.runs.models import Execution, QueueItem
from opsflows.runs.trace.places import places
from opsflows.workflows.models import Workflow, WorkflowVersion

#: Workflows that the filter offers; the others are found from their own page.
_OFFERED = 200
#: Workflows whose runs a search by the beginning of a name finds.
_MOST_NAMED = 20


def _workflows(request: HttpRequest) -> QuerySet[Workflow]:
    membership = current_membership(request)
    return Workflow.objects.filter(account=membership.account_id) if membership else Workflow.objects.all()


class StatusFilter(ChoiceFilter):
    title = "Status"
    parameter_name = "status"
    all_label = "Any status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        order = ("needs_attention", "failed", "timeout", "waiting", "running", "cancelled", "completed")
        return [(status, RUN[Execution.Status(status)].word) for status in order]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return with_status(rows, value)


class WorkflowFilter(ChoiceFilter):
    title = "Workflow"
    parameter_name = "workflow"
    all_label = "Any workflow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        rows = _workflows(request)
        offered = [
            (str(pk), name) for pk, name in rows.order_by("workflow_name").values_list("pk", "workflow_name")[:_OFFERED]
        ]
        chosen = as_uuid(request.GET.get("workflow", ""))
        if chosen and str(chosen) not in dict(offered) and len(offered) == _OFFERED:
            offered += [(str(pk), name) for pk, name in rows.filter(pk=chosen).values_list("pk", "workflow_name")]
        return offered

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(workflow=value)


@admin.register(Execution)
class RunAdmin(PageAdmin):
    newest_first = True
    page_template = "admin/opsflows/run.html"
    acts = ACTS
    list_display = ["workflow_name", "status", "started", "took", "now_at", "reason"]
    list_filter = [StatusFilter, WorkflowFilter, BatchFilter, WhenFilter]
    list_select_related = ["workflow"]
    search_help = "A run's or an event's whole id, or how a workflow's name begins"
    empty_title = "No runs yet"
    empty_text = (
        "A run begins when an event comes in that a live workflow listens to. Publish a workflow, then send an event."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        # The definitions and payloads are large, and a list needs none of them.
        return rows.only(
            "execution_status",
            "current_step",
            "started_at",
            "completed_at",
            "execution_time_ms",
            "error_message",
            "version_id",
            "account_id",
            "cancel_requested_at",
            "workflow__workflow_name",
        )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        if found := as_uuid(term):
            return rows.filter(Q(pk=found) | Q(event=found))
        named = _workflows(request).filter(workflow_name__istartswith=term).values_list("pk", flat=True)
        return rows.filter(workflow__in=list(named[:_MOST_NAMED]))

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        standing = [run for run in rows if run.current_step]
        versions = WorkflowVersion.objects.filter(pk__in={run.version_id for run in standing})
        called = {pk: places(data) for pk, data in versions.values_list("pk", "workflow_data")}
        items = QueueItem.objects.filter(execution__in=[run.pk for run in standing], status=QueueItem.Status.WAITING)
        due = dict(items.values_list("execution_id", "scheduled_at"))
        for run in rows:
            place = called.get(run.version_id, {}).get(run.current_step or "")
            run.place_label = place.label if place else run.current_step or ""
            run.goes_on_at = due.get(run.pk)

    def page_context(self, request: HttpRequest, row: Execution) -> dict[str, Any]:
        return run_context(row, request.GET)

    @admin.display(description="Workflow")
    def workflow_name(self, run: Execution) -> str:
        return run.workflow.workflow_name

    @admin.display(description="Status")
    def status(self, run: Execution) -> SafeString:
        return badge(RUN[Execution.Status(run.execution_status)])

    @admin.display(description="Started")
    def started(self, run: Execution) -> SafeString:
        return when(run.started_at)

    @admin.display(description="Took")
    def took(self, run: Execution) -> SafeString | str:
        return words.lasted(run.execution_time_ms) if run.execution_time_ms is not None else NONE

    @admin.display(description="Now at")
    def now_at(self, run: Any) -> SafeString | str:
        if not run.place_label or run.execution_status in Execution.TERMINAL:
            return NONE
        if not run.goes_on_at:
            return str(run.place_label)
        return format_html("<span>{}, {}</span>", run.place_label, when(run.goes_on_at))

    @admin.display(description="What went wrong")
    def reason(self, run: Execution) -> SafeString:
        return cut(run.error_message or "")
