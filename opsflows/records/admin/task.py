"""Tasks: what people are asked to do, the open ones first, by when they are due."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from opsflows.accounts.actor import Actor
from opsflows.accounts.calendars import account_clock
from opsflows.accounts.current import current_account, current_actor, current_membership
from opsflows.accounts.models import PlatformAccount
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.filters import ChoiceFilter, as_uuid
from opsflows.admin_site.markup import NONE, Look, badge, page_of, when, when_due
from opsflows.admin_site.pages import PageAdmin
from opsflows.queue.written_out import written_out
from opsflows.records.admin.item_forms import TaskForm
from opsflows.records.admin.people import chosen
from opsflows.records.admin.task_acts import ACTS
from opsflows.records.admin.told import activities_of
from opsflows.records.create_task import create_task
from opsflows.records.due import due_moment
from opsflows.records.models import Record, Task
from opsflows.records.tag_names import tags_of
from opsflows.rules import RuleError
from opsflows.runs.models import Execution

LOOKS = {
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
    return rows.filter(written_out("tasks.status = 'open'"))


def make_task(actor: Actor, account: PlatformAccount, data: dict[str, Any], record: Record | None = None) -> Task:
    """The task that a `TaskForm` describes. Raises `ValidationError`."""
    now = timezone.now()
    try:
        due_at = due_moment(data["due"], account_clock(account, now=now))
    except RuleError as error:
        raise ValidationError({"due": str(error)}) from None
    with transaction.atomic():
        return create_task(
            actor=actor,
            title=data["title"],
            description=data["description"],
            to=chosen(data["who"], account_id=account.pk, now=now),
            due_at=due_at,
            priority=data["priority"],
            project=data["project"],
            record_id=record.pk if record else None,
            now=now,
        )


@admin.register(Task)
class TaskAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/task.html"
    acts = ACTS
    list_display = ["title", "state", "due", "priority", "for_whom", "made"]
    list_filter = [StatusFilter]
    list_select_related = ["assignee"]
    search_help = "A task's whole id"
    empty_title = "No open tasks"
    empty_text = "Workflows make tasks with the action create_task. What they ask for stands here until it is done."

    def pages_by_key(self, request: HttpRequest) -> bool:
        return request.GET.get("status") == "any"

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [F("due_at").asc(nulls_last=True), "-id"]

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        found = as_uuid(term)
        return rows.filter(pk=found) if found else rows.none()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request) or current_membership(request) is None:
            raise PermissionDenied
        account = current_account(request)

        def create(data: dict[str, Any]) -> HttpResponse:
            task = make_task(current_actor(request), account, data)
            self.log_addition(request, task, "Created the task.")
            messages.success(request, "The task is there.")
            return HttpResponseRedirect(page_of(task))

        form = TaskForm(account=account, data=request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create, heading="New task")

    def page_context(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        look = LOOKS[Task.Status(row.status)]
        return {
            "task": row,
            "look": look,
            "badge": badge(look),
            "due": when_due(row.due_at) if row.status == Task.Status.OPEN else when(row.due_at, "no due date"),
            "run": _run_behind(row),
            "tags": sorted(tags_of(row)),
            **activities_of(row),
        }

    @admin.display(description="State")
    def state(self, task: Task) -> SafeString:
        return badge(LOOKS[Task.Status(task.status)])

    @admin.display(description="Due")
    def due(self, task: Task) -> SafeString:
        return when_due(task.due_at) if task.status == Task.Status.OPEN else when(task.due_at)

    @admin.display(description="For")
    def for_whom(self, task: Task) -> SafeString | str:
        return str(task.assignee or task.assigned_to) or NONE

    @admin.display(description="Made")
    def made(self, task: Task) -> SafeString:
        return when(task.created_at)


def _run_behind(task: Task) -> Execution | None:
    if task.execution_id is None:
        return None
    rows = Execution.objects.filter(pk=task.execution_id, account=task.account_id).select_related("workflow")
    return rows.only("workflow__workflow_name").first()
