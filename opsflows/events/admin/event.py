"""Events: the list, newest first, and an event's page with what it carried and what it caused."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site.filters import ChoiceFilter, WhenFilter, as_uuid
from opsflows.admin_site.markup import badge, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.events.admin.catalog import visible_types
from opsflows.events.admin.event_page import event_context
from opsflows.events.models import Event, Source
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution

#: Catalog names that a search by the beginning of a name looks for, and sources that the filter offers.
_MOST_NAMES = 20
_OFFERED = 200
#: Runs read for one page of the list; an event that starts more shows how many were read.
_MOST_RUNS = 1000


class SourceFilter(ChoiceFilter):
    title = "Source"
    parameter_name = "source"
    all_label = "Any source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        rows = Source.objects.filter(account=membership.account_id) if membership else Source.objects.all()
        return [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")[:_OFFERED]]

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(source=value)


@admin.register(Event)
class EventAdmin(PageAdmin):
    newest_first = True
    page_template = "admin/opsflows/event.html"
    list_display = ["name", "came_from", "received", "caused"]
    list_filter = [SourceFilter, WhenFilter]
    list_select_related = ["source"]
    search_help = "An event's whole id, its name, or how its name begins"
    empty_title = "No events yet"
    empty_text = "Create a source and give its address to a vendor, or send one yourself: POST /api/events."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("source").only(
            *(field.name for field in Event._meta.concrete_fields), "source__name"
        )

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        if found := as_uuid(term):
            return rows.filter(pk=found)
        # Names, not patterns: an index finds the events of a name, and the small catalog finds the names.
        name = term.lower()
        beginning = visible_types(request).filter(event_name__startswith=name).order_by("event_name")
        names = {name, *beginning.values_list("event_name", flat=True)[:_MOST_NAMES]}
        return rows.filter(name=name) if len(names) == 1 else rows.filter(Q(name__in=sorted(names)))

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        runs = Execution.objects.filter(event__in=[event.pk for event in rows]).order_by()
        caused: dict[Any, Counter[str]] = {event.pk: Counter() for event in rows}
        for event_id, status in runs.values_list("event_id", "execution_status")[:_MOST_RUNS]:
            caused[event_id][status] += 1
        for event in rows:
            event.caused_runs = caused[event.pk]

    def page_context(self, request: HttpRequest, row: Event) -> dict[str, Any]:
        return event_context(row)

    @admin.display(description="From")
    def came_from(self, event: Event) -> str:
        return event.source.name if event.source else event.source_label or event.get_door_display()

    @admin.display(description="Received")
    def received(self, event: Event) -> SafeString:
        return when(event.received_at)

    @admin.display(description="What it caused")
    def caused(self, event: Any) -> SafeString | str:
        if not event.routed_at:
            return "waiting to be handed over"
        if not event.caused_runs:
            return format_html('<span class="ops-quiet">{}</span>', "no run")
        return format_html_join(
            " ",
            "{}",
            (
                (badge(RUN[Execution.Status(status)], f"{count} {RUN[Execution.Status(status)].word.lower()}"),)
                for status, count in sorted(event.caused_runs.items())
            ),
        )
