"""Tasks: what workflows ask people to do, the open ones first, by when they are due."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, F, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.safestring import SafeString

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed
from opsflows.admin_site.filters import ChoiceFilter, as_uuid
from opsflows.admin_site.markup import NONE, Look, badge, when, when_due
from opsflows.admin_site.pages import PageAdmin
from opsflows.records.complete_task import complete_task
from opsflows.records.models import Task
from opsflows.runs.models import Execution

_LOOKS = {
    Task.Status.OPEN: Look("Open", "running", "radio_button_unchecked"),
    Task.Status.DONE: Look("Done", "done", "check_circle"),
    Task.Status.CANCELLED: Look("Cancelled", "off", "cancel"),
}


class StatusFilter(ChoiceFilter):
    """Open tasks unless all are asked for: those are what the page is for, and they have an index of their own."""

    title = "Status"
    parameter_name = "status"
    all_label = "Open, by due date"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("any", "All, newest first")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset if self.value() == "any" or request.GET.get("q") else open_tasks(queryset)


def open_tasks(rows: QuerySet) -> QuerySet:
    """What is still to be done."""
    # Written out: SQLite uses a partial index only where it can read the index's own condition in the statement.
    return rows.filter(RawSQL("tasks.status = 'open'", (), output_field=BooleanField()))


def _complete(deed: Deed) -> str:
    task = complete_task(actor=deed.actor, task_id=deed.row.pk, now=deed.now)
    return "Done." if task.status == Task.Status.DONE else "This task was cancelled and stays so."


@admin.register(Task)
class TaskAdmin(PageAdmin):
    page_template = "admin/opsflows/task.html"
    list_display = ["title", "state", "due", "priority", "for_whom", "made"]
    list_filter = [StatusFilter]
    search_help = "A task's whole id"
    empty_title = "No open tasks"
    empty_text = "Workflows make tasks with the action create_task. What they ask for stands here until it is done."
    acts = (
        Act(
            name="done",
            label="Mark as done",
            icon="check",
            permission=Permission.WORKFLOWS_WRITE,
            question=lambda task: "The task leaves the list of open tasks.",
            perform=_complete,
            is_possible=lambda task: task.status == Task.Status.OPEN,
        ),
    )

    def pages_by_key(self, request: HttpRequest) -> bool:
        return request.GET.get("status") == "any"

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("due_at").asc(nulls_last=True), "-id"]

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        found = as_uuid(term)
        return rows.filter(pk=found) if found else rows.none()

    def page_context(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        look = _LOOKS[Task.Status(row.status)]
        return {
            "task": row,
            "look": look,
            "badge": badge(look),
            "due": when_due(row.due_at) if row.status == Task.Status.OPEN else when(row.due_at, "no due date"),
            "run": _run_behind(row),
        }

    @admin.display(description="State")
    def state(self, task: Task) -> SafeString:
        return badge(_LOOKS[Task.Status(task.status)])

    @admin.display(description="Due")
    def due(self, task: Task) -> SafeString:
        return when_due(task.due_at) if task.status == Task.Status.OPEN else when(task.due_at)

    @admin.display(description="For")
    def for_whom(self, task: Task) -> SafeString | str:
        return task.assigned_to or NONE

    @admin.display(description="Made")
    def made(self, task: Task) -> SafeString:
        return when(task.created_at)


def _run_behind(task: Task) -> Execution | None:
    if task.execution_id is None:
        return None
    rows = Execution.objects.filter(pk=task.execution_id, account=task.account_id).select_related("workflow")
    return rows.only("workflow__workflow_name").first()
