"""Schedules: the list says when each fires next and how it went last; the page has its next times and its fires."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_account, current_actor
from opsflows.admin_site import words
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import badge, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.schedules.admin.acts import ACTS
from opsflows.schedules.admin.looks import FIRE, caused, deed_of, look_of
from opsflows.schedules.admin.preview import preview, upcoming_of
from opsflows.schedules.admin.schedule_form import ScheduleForm
from opsflows.schedules.admin.when_form import WhenForm
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.models import Schedule, ScheduleFire
from opsflows.schedules.words import in_words

_LISTED = 10
_HEAVY = ("workflow_data", "trigger_config", "settings", "description")


@admin.register(Schedule)
class ScheduleAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/schedule.html"
    acts = ACTS
    list_display = ["name", "how_it_stands", "fires", "deed", "next_fire", "last_fire"]
    ordering = ["name"]
    search_help = "How a schedule's name begins"
    empty_title = "No schedules yet"
    empty_text = (
        "A schedule sends an event, such as report.daily, or starts a workflow, at times that you choose: every day at "
        "07:00, on the last day of the month, every 15 minutes."
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="schedules_schedule_preview"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("account", "state", "workflow").defer(*(f"workflow__{name}" for name in _HEAVY))

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def prepare_rows(self, request: HttpRequest, rows: list[Any]) -> None:
        newest = ScheduleFire.objects.filter(schedule=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        ids = Schedule.objects.filter(pk__in=[row.pk for row in rows]).annotate(newest=Subquery(newest)).order_by()
        fires = ScheduleFire.objects.filter(pk__in=[pk for pk in ids.values_list("newest", flat=True) if pk])
        last = {fire.schedule_id: fire for fire in fires}
        for row in rows:
            row.newest_fire = last.get(row.pk)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ScheduleForm(account=current_account(request), data=request.POST if request.method == "POST" else None)

        def create(data: dict[str, Any]) -> HttpResponse:
            schedule = create_schedule(actor=current_actor(request), now=timezone.now(), **data["said"])
            self.log_addition(request, schedule, "Created the schedule.")
            messages.success(request, "The schedule is on.")
            return HttpResponseRedirect(page_of(schedule))

        return add_page(self, request, form, create, heading="New schedule")

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What the timing fields of a form come to, for the page that they stand on."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = WhenForm(cron="", zone="UTC", data=request.GET)
        return HttpResponse(preview(form, now=timezone.now()))

    def page_context(self, request: HttpRequest, row: Schedule) -> dict[str, Any]:
        look, now = look_of(row), timezone.now()
        fires = ScheduleFire.objects.filter(schedule=row).order_by("-pk")[:_LISTED]
        return {
            "schedule": row,
            "look": look,
            "badge": badge(look),
            "sentence": in_words(row.cron),
            "deed": deed_of(row),
            "grace": words.span(row.grace),
            "data": document(row.data) if row.data else "",
            "upcoming": upcoming_of(row, now=now) if row.is_active and not row.state.problem else [],
            "fires": [{"row": fire, "badge": badge(FIRE[_outcome(fire)]), "caused": caused(fire)} for fire in fires],
        }

    @admin.display(description="State")
    def how_it_stands(self, schedule: Schedule) -> SafeString:
        return badge(look_of(schedule))

    @admin.display(description="When")
    def fires(self, schedule: Schedule) -> SafeString:
        return format_html('{}<div class="ops-quiet">{}</div>', in_words(schedule.cron), schedule.zone)

    @admin.display(description="What it does")
    def deed(self, schedule: Schedule) -> SafeString:
        return deed_of(schedule)

    @admin.display(description="Next")
    def next_fire(self, schedule: Schedule) -> SafeString:
        return when(schedule.state.next_fire_at)

    @admin.display(description="Last")
    def last_fire(self, schedule: Any) -> SafeString:
        fire = schedule.newest_fire
        if fire is None:
            return when(None, "not yet")
        return format_html(
            '<span title="{}">{} {}</span>', fire.detail, badge(FIRE[_outcome(fire)]), when(fire.fired_at)
        )


def _outcome(fire: ScheduleFire) -> ScheduleFire.Outcome:
    return ScheduleFire.Outcome(fire.outcome)
