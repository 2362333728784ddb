"""Runs: the list, and a run's page with its trace."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site import words
from opsflows.admin_site.acts import Act
from opsflows.admin_site.filters import ChoiceFilter, WhenFilter, as_uuid
from opsflows.admin_site.markup import NONE, badge, cut, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.runs.admin.batch_filter import BatchFilter
from opsflows.runs.admin.held import about
from opsflows.runs.admin.in_line import place_in_line
from opsflows.runs.admin.looks import RUN, with_status
from opsflows.runs.admin.retry_page import retry_page, retry_query
from opsflows.runs.admin.run_acts import ACTS
from opsflows.runs.admin.run_page import run_context
from opsflows.runs.admission.standing import ahead_of, is_to_begin_later, waits_to_begin
from opsflows.runs.models import Execution, QueueItem
from opsflows.runs.replay.which import FAILED
from opsflows.runs.trace.places import places
from opsflows.workflows.models import Workflow, WorkflowVersion

#: Workflows that the filter offers; the others are found from their own page.
_OFFERED = 200
#: What the filter calls runs that have not had their turn, or wait for room in the hour.
TO_BEGIN = "to_begin"
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
        words_by_status = [(status, RUN[Execution.Status(status)].word) for status in order]
        return [*words_by_status, (TO_BEGIN, "Waiting to begin")]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        if value != TO_BEGIN:
            return with_status(rows, value)
        here = waits_to_begin(QueueItem.objects.filter(execution=OuterRef("pk")))
        return with_status(rows, Execution.Status.WAITING).filter(Exists(here))


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
    actions = ("take_up_selected", "start_selected")
    list_before_template = "admin/opsflows/runs_before.html"
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
        waiting = [run.pk for run in rows if run.execution_status == Execution.Status.WAITING]
        items = QueueItem.objects.filter(execution__in=waiting, branch=None).defer("trigger_data")
        standing_at = {item.execution_id: item for item in items}
        blocked = [item for item in standing_at.values() if item.status == QueueItem.Status.BLOCKED]
        ahead = ahead_of(blocked) if blocked else {}
        for run in rows:
            place, item = called.get(run.version_id, {}).get(run.current_step or ""), standing_at.get(run.pk)
            run.place_label = place.label if place else run.current_step or ""
            run.goes_on_at = item.scheduled_at if item and item.status == QueueItem.Status.WAITING else None
            run.starts_later = item is not None and is_to_begin_later(item)
            run.in_line = place_in_line(item, ahead) if item in blocked else ""

    def page_context(self, request: HttpRequest, row: Execution) -> dict[str, Any]:
        return {**run_context(row, request.GET), "may_decide": ACTS[0].may(request)}

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        """Of several held steps, the address says which one is meant."""
        held = request.GET.get("held", "")
        row = self.row_or_none(request, object_id) if held else None
        return super().act_view(request, object_id, act if row is None else about(act, row, held))

    def get_urls(self) -> list[URLPattern]:
        retry = path("retry/", self.admin_site.admin_view(self.retry_view), name="runs_execution_retry")
        return [retry, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # A search by words is no filter that a job could keep.
        is_filter = request.GET.get("status") in FAILED and not request.GET.get("q")
        offers = is_filter and self.has_operate_permission(request)
        url = f"{reverse('admin:runs_execution_retry')}?{urlencode(retry_query(request.GET.dict()))}" if offers else ""
        return super().changelist_view(request, {"retry_url": url, **(extra_context or {})})

    def retry_view(self, request: HttpRequest) -> HttpResponse:
        """Many failed runs: those that the address names, or narrows."""
        return retry_page(self, request)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the signed-in person may take runs up."""
        return ACTS[0].may(request)

    @admin.action(description="Retry from the failed step", permissions=["operate"])
    def take_up_selected(self, request: HttpRequest, rows: QuerySet) -> HttpResponse:
        return self._retry_selected(rows, "failed_step")

    @admin.action(description="Start again", permissions=["operate"])
    def start_selected(self, request: HttpRequest, rows: QuerySet) -> HttpResponse:
        return self._retry_selected(rows, "start")

    def _retry_selected(self, rows: QuerySet, how: str) -> HttpResponse:
        ids = ",".join(map(str, rows.values_list("pk", flat=True)[: self.list_per_page]))
        return HttpResponseRedirect(f"{reverse('admin:runs_execution_retry')}?{urlencode({'ids': ids, 'how': how})}")

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
        if run.in_line:
            return f"waits for its turn ({run.in_line})"
        if run.starts_later:
            return format_html("starts {}", when(run.goes_on_at))
        if not run.place_label or run.execution_status in Execution.TERMINAL:
            return NONE
        if not run.goes_on_at:
            return str(run.place_label)
        return format_html("<span>{}, {}</span>", run.place_label, when(run.goes_on_at))

    @admin.display(description="What went wrong")
    def reason(self, run: Execution) -> SafeString:
        return cut(run.error_message or "")
