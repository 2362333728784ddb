"""Workflows: the list, and a workflow's page, readable as a sentence."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site.filters import ChoiceFilter
from opsflows.admin_site.markup import badge, link, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.admin.run_now import list_links
from opsflows.workflows.admin.try_page import try_page
from opsflows.workflows.admin.workflow_acts import ACTS
from opsflows.workflows.admin.workflow_page import workflow_context
from opsflows.workflows.models import Workflow


class StateFilter(ChoiceFilter):
    title = "State"
    parameter_name = "state"
    all_label = "Any state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("live", "Live"), ("paused", "Paused"), ("draft", "Draft")]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        if value == "live":
            return rows.filter(is_active=True)
        return rows.filter(is_active=False, published_version__isnull=value == "draft")


@admin.register(Workflow)
class WorkflowAdmin(PageAdmin):
    page_template = "admin/opsflows/workflow.html"
    acts = ACTS
    list_display = ["workflow_name", "state", "starts", "category", "last_run"]
    list_filter = [StateFilter]
    ordering = ["workflow_name"]
    search_help = "How a workflow's name begins"
    empty_title = "No workflows yet"
    empty_text = (
        "A workflow says: when this event comes in, and only if these conditions hold, then do this. Workflows are "
        "created through the API: POST /api/workflows."
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_view)
        return [path("<path:object_id>/try/", view, name="workflows_workflow_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The draft, step by step."""
        row = self.row_or_none(request, object_id)
        return self.gone(request, object_id) if row is None else try_page(self, request, row)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("published_version").defer(
            "published_version__workflow_data", "published_version__settings"
        )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(workflow_name__istartswith=term)

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        newest = Execution.objects.filter(workflow=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        ids = Workflow.objects.filter(pk__in=[row.pk for row in rows]).annotate(newest=Subquery(newest)).order_by()
        runs = Execution.objects.filter(pk__in=[pk for pk in ids.values_list("newest", flat=True) if pk])
        last = {run.workflow_id: run for run in runs.only("workflow_id", "execution_status", "started_at")}
        for row in rows:
            row.newest_run = last.get(row.pk)

    def page_context(self, request: HttpRequest, row: Workflow) -> dict[str, Any]:
        try_url = reverse("admin:workflows_workflow_try", args=[row.pk])
        tried = {"label": "Try it", "icon": "experiment", "url": try_url}
        return {**workflow_context(row), "links": [tried, *list_links(request, row)]}

    @admin.display(description="State")
    def state(self, workflow: Workflow) -> SafeString:
        return badge(look_of(workflow))

    @admin.display(description="When")
    def starts(self, workflow: Workflow) -> str:
        return str(workflow.trigger_config.get("event") or "nothing chosen yet")

    @admin.display(description="Last run")
    def last_run(self, workflow: Any) -> SafeString | str:
        run = workflow.newest_run
        if run is None:
            return "never"
        return format_html("{} {}", link(run, badge(RUN[Execution.Status(run.execution_status)])), when(run.started_at))
