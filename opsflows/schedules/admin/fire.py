"""Fires: what each schedule did, newest first."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from opsflows.accounts.current import current_membership
from opsflows.admin_site.filters import ChoiceFilter, WhenFilter, as_uuid
from opsflows.admin_site.markup import at, badge, link, when
from opsflows.admin_site.pages import ListAdmin
from opsflows.schedules.admin.looks import FIRE, caused
from opsflows.schedules.models import Schedule, ScheduleFire

#: Schedules that the filter offers; the others are found from their own page.
_OFFERED = 200


class ScheduleFilter(ChoiceFilter):
    title = "Schedule"
    parameter_name = "schedule"
    all_label = "Any schedule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        membership = current_membership(request)
        rows = Schedule.objects.filter(account=membership.account_id) if membership else Schedule.objects.all()
        offered = [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")[:_OFFERED]]
        chosen = as_uuid(request.GET.get("schedule", ""))
        if chosen and str(chosen) not in dict(offered) and len(offered) == _OFFERED:
            offered += [(str(pk), name) for pk, name in rows.filter(pk=chosen).values_list("pk", "name")]
        return offered

    def narrow(self, rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(schedule=value)


@admin.register(ScheduleFire)
class FireAdmin(ListAdmin):
    called = "fires of schedules"
    newest_first = True
    list_display = ["of_schedule", "outcome_badge", "meant_for", "fired", "what"]
    list_display_links = None
    list_filter = [ScheduleFilter, WhenFilter]
    empty_title = "Nothing has fired yet"
    empty_text = "Whenever a schedule fires, or cannot, it is noted here."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("schedule").defer("schedule__data")

    @admin.display(description="Schedule")
    def of_schedule(self, fire: ScheduleFire) -> SafeString:
        return link(fire.schedule, fire.schedule.name)

    @admin.display(description="Outcome")
    def outcome_badge(self, fire: ScheduleFire) -> SafeString:
        return badge(FIRE[ScheduleFire.Outcome(fire.outcome)])

    @admin.display(description="Meant for")
    def meant_for(self, fire: ScheduleFire) -> SafeString:
        return at(fire.fire_time)

    @admin.display(description="Fired")
    def fired(self, fire: ScheduleFire) -> SafeString:
        return when(fire.fired_at)

    @admin.display(description="What came of it")
    def what(self, fire: ScheduleFire) -> SafeString:
        return caused(fire)
