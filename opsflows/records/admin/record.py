"""Records: the list by type, and a record's page with what is known of it and what happened around it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_actor, current_membership
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.document import document
from opsflows.admin_site.filters import ChoiceFilter, as_uuid
from opsflows.admin_site.markup import NONE, badge, copyable, cut, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.records.admin.record_acts import ACTS
from opsflows.records.admin.record_form import NewRecordForm
from opsflows.records.admin.record_types import beginning_with, types_of
from opsflows.records.admin.start_batch_page import may_start, start_batch_page
from opsflows.records.admin.task import LOOKS
from opsflows.records.admin.told import activities_of
from opsflows.records.create_record import create_record
from opsflows.records.models import Record, Tag, Task
from opsflows.records.tag_names import tags_of

_LISTED = 20


class TypeFilter(ChoiceFilter):
    title = "Type"
    parameter_name = "type"
    all_label = "Any type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        known = types_of(membership.account_id) if membership else []
        return [(name, name.replace("_", " ").capitalize()) for name in known]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(type=value)


@admin.register(Record)
class RecordAdmin(PageAdmin):
    newest_first = True
    may_add = True
    page_template = "admin/opsflows/record.html"
    acts = ACTS
    actions = ["start_for_ticked"]
    list_before_template = "admin/opsflows/record_list.html"
    list_display = ["title_cut", "type", "key_shown", "bears", "owner_shown", "changed"]
    list_filter = [TypeFilter]
    search_help = "A record's whole id, or how its key or its title begins"
    empty_title = "No records yet"
    empty_text = (
        "A record is what the business is about: a customer, a deal, a contract. Workflows make them with the action "
        "create_record, and find them again by type and key."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        # A record's fields may be many, and the list shows none of them.
        return rows.select_related("owner").defer("data")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        found = as_uuid(term)
        return rows.filter(pk__in=[found] if found else beginning_with(rows, term))

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        names: dict[Any, list[str]] = defaultdict(list)
        tags = Tag.objects.filter(record__in=[row.pk for row in rows]).order_by("name")
        for record_id, name in tags.values_list("record_id", "name"):
            names[record_id].append(name)
        for row in rows:
            row.tag_names = names[row.pk]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.start_batch_view)
        return [path("start-batch/", view, name="records_record_start_batch"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"may_start": may_start(request), **(extra_context or {})})

    def has_start_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action below."""
        return may_start(request)

    @admin.action(description="Start a workflow for these…", permissions=["start"])
    def start_for_ticked(self, request: HttpRequest, rows: QuerySet) -> HttpResponse:
        """Django's name for what is done with rows that were ticked; it only leads to the page that asks."""
        ids = ",".join(str(pk) for pk in rows.values_list("pk", flat=True))
        return HttpResponseRedirect(reverse("admin:records_record_start_batch") + f"?ids={ids}")

    def start_batch_view(self, request: HttpRequest) -> HttpResponse:
        return start_batch_page(self, request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request) or current_membership(request) is None:
            raise PermissionDenied

        def create(data: dict[str, Any]) -> HttpResponse:
            record = create_record(
                actor=current_actor(request),
                record_type=data["record_type"],
                title=data["title"],
                key=data["key"],
                data=data["fields"],
                now=timezone.now(),
            )
            self.log_addition(request, record, "Created the record.")
            messages.success(request, "The record is there.")
            return HttpResponseRedirect(page_of(record))

        form = NewRecordForm(data=request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create, heading="New record")

    def page_context(self, request: HttpRequest, row: Record) -> dict[str, Any]:
        tasks = list(Task.objects.filter(record=row).select_related("assignee").order_by("-pk")[: _LISTED + 1])
        around = Record.objects.filter(account=row.account_id).only("title", "type")
        based = list(around.filter(based_on=row).order_by("-pk")[: _LISTED + 1])
        return {
            "record": row,
            "type_name": row.type.replace("_", " "),
            "tags": sorted(tags_of(row)),
            "data": document(row.data) if row.data else None,
            "tasks": [{"row": task, "badge": badge(LOOKS[Task.Status(task.status)])} for task in tasks[:_LISTED]],
            "more_tasks": len(tasks) > _LISTED,
            "base": around.filter(pk=row.based_on_id).first() if row.based_on_id else None,
            "based": based[:_LISTED],
            "more_based": len(based) > _LISTED,
            **activities_of(row),
        }

    @admin.display(description="Title")
    def title_cut(self, record: Record) -> SafeString:
        return cut(record.title)

    @admin.display(description="Key")
    def key_shown(self, record: Record) -> SafeString:
        return copyable(record.key) if record.key else NONE

    @admin.display(description="Tags")
    def bears(self, record: Any) -> SafeString:
        if not record.tag_names:
            return NONE
        return format_html_join(" ", '<span class="ops-way">{}</span>', ((name,) for name in record.tag_names[:5]))

    @admin.display(description="Owner")
    def owner_shown(self, record: Record) -> SafeString:
        name = str(record.owner or record.owner_name)
        return format_html("{}", name) if name else NONE

    @admin.display(description="Changed")
    def changed(self, record: Record) -> SafeString:
        return when(record.updated_at)
