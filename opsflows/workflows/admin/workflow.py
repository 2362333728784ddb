"""Workflows: the list, and a workflow's page, readable as a sentence."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site.filters import ChoiceFilter
from opsflows.admin_site.markup import badge, link, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.workflows.admin.looks import look_of
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
        return workflow_context(row)

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
