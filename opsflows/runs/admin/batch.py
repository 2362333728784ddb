"""Batches: the list, the form that uploads a new one, and a batch's page, which is its preview until it is started."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.body_limit import body_limit
from opsflows.admin_site.filters import WhenFilter
from opsflows.admin_site.markup import badge, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.runs.admin.batch_acts import ACTS, rows
from opsflows.runs.admin.batch_form import ListForm
from opsflows.runs.admin.batch_page import LOOKS, batch_context
from opsflows.runs.admin.run import WorkflowFilter
from opsflows.runs.batches.prepare import prepare_csv
from opsflows.runs.batches.read_csv import MOST_BYTES
from opsflows.runs.batches.refusal import WrongList
from opsflows.runs.batches.standing import jobs_of, standing_with
from opsflows.runs.models import RunBatch
from opsflows.runs.start_run import NotStartable

_INTRO = "A run for each row, with the row's fields as its data. You see the list once more before anything is started."


@admin.register(RunBatch)
class RunBatchAdmin(PageAdmin):
    newest_first = True
    may_add = True
    page_template = "admin/opsflows/batch.html"
    acts = ACTS
    list_display = ["name", "standing", "workflow_name", "how_far", "left_out", "laid_down"]
    list_filter = [WorkflowFilter, WhenFilter]
    list_select_related = ["workflow"]
    empty_title = "No batches yet"
    empty_text = (
        "A batch starts one workflow for every row of a list: a CSV file that you upload, or records that you chose in "
        "their list. You see the rows before anything is started."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found: QuerySet = super().get_queryset(request)
        return found.select_related("workflow", "version", "created_by").defer(
            "workflow__workflow_data", "workflow__settings", "version__workflow_data", "version__settings"
        )

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        jobs = jobs_of(rows)
        for row in rows:
            row.stands = standing_with(row, jobs)

    def get_urls(self) -> list[URLPattern]:
        add = body_limit(self.admin_site.admin_view(self.add_view), file=MOST_BYTES)
        return [path("add/", add, name="runs_runbatch_add"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        membership = current_membership(request)
        if not self.has_add_permission(request) or membership is None:
            raise PermissionDenied

        def create(data: dict[str, Any]) -> HttpResponse:
            try:
                batch = prepare_csv(
                    actor=current_actor(request),
                    workflow_id=data["workflow"],
                    content=data["file"].read(),
                    file_name=data["file"].name,
                    numbers=data["numbers"],
                    now=timezone.now(),
                )
            except WrongList as error:
                raise ValidationError({"file": str(error)}) from None
            except NotStartable as error:
                raise ValidationError({"workflow": str(error)}) from None
            return HttpResponseRedirect(page_of(batch))

        sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
        form = ListForm(account=membership.account, workflow=request.GET.get("workflow", ""), **sent)
        heading = "Start a workflow for a list"
        return add_page(self, request, form, create, heading=heading, intro=_INTRO, submit="Look at the rows")

    def page_context(self, request: HttpRequest, row: RunBatch) -> dict[str, Any]:
        return batch_context(row)

    @admin.display(description="State")
    def standing(self, batch: Any) -> SafeString:
        return badge(LOOKS[batch.stands])

    @admin.display(description="Workflow")
    def workflow_name(self, batch: RunBatch) -> str:
        return batch.workflow.workflow_name

    @admin.display(description="Started")
    def how_far(self, batch: RunBatch) -> str:
        return f"{batch.started:,} of {rows(batch.total)}"

    @admin.display(description="Left out")
    def left_out(self, batch: RunBatch) -> str:
        return f"{batch.skipped:,}" if batch.skipped else "–"

    @admin.display(description="Asked for")
    def laid_down(self, batch: RunBatch) -> SafeString:
        return when(batch.created_at)
