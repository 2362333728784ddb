"""Business calendars: whether the account is open now, its hours, and the days it is closed besides."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from opsflows.accounts.admin.calendar_acts import ACTS
from opsflows.accounts.admin.calendar_form import CalendarForm, regions
from opsflows.accounts.admin.calendar_preview import day_in_words, next_closed, preview, standing
from opsflows.accounts.business_calendar import WEEKDAYS
from opsflows.accounts.calendar_state import calendar_from, state_of
from opsflows.accounts.change_calendar import create_calendar
from opsflows.accounts.current import current_account, current_actor
from opsflows.accounts.hours import hours_in_words, week_in_words
from opsflows.accounts.models import BusinessCalendar
from opsflows.accounts.public_holidays import countries, subdivisions
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.markup import NONE, badge, page_of
from opsflows.admin_site.pages import PageAdmin


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(PageAdmin):
    called = "business hours"
    may_add = True
    page_template = "admin/opsflows/calendar.html"
    acts = ACTS
    list_display = ["name", "how_it_stands", "hours", "holidays", "used"]
    ordering = ["name_key"]
    search_help = "How a calendar's name begins"
    empty_title = "Monday to Friday, 9:00 to 17:00, without holidays"
    empty_text = (
        "That holds until there is a calendar. It says when the business is open: next_business_day, “+4 business "
        "hours” and waits within business hours count by it."
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="accounts_businesscalendar_preview"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request)
        return rows.select_related("account").prefetch_related("hours", "own_days")

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CalendarForm(account=current_account(request), data=request.POST if request.method == "POST" else None)

        def create(data: dict[str, Any]) -> HttpResponse:
            row = create_calendar(actor=current_actor(request), now=timezone.now(), **data["said"])
            self.log_addition(request, row, "Created the calendar.")
            messages.success(request, "Rules count by it now." if row.is_default else "The calendar is there.")
            return HttpResponseRedirect(page_of(row))

        return add_page(self, request, form, create, heading="New business calendar")

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What a form comes to, and what can be chosen of its country; nothing is saved."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        account, data = current_account(request), request.POST.copy()
        country, region = data.get("country", ""), data.get("subdivision", "")
        if region not in subdivisions(country):
            data["subdivision"] = region = ""
        form = CalendarForm(account=account, data=data)
        if form.is_valid():
            shown = preview(form.state, timezone_name=account.timezone, now=timezone.now())
        else:
            problems = [str(problem) for each in form.errors.values() for problem in each]
            shown = format_html('<span class="ops-quiet">{}</span>', problems[0])
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, mark_safe(" selected") if code == region else "", name) for code, name in regions(country)),
        )
        return HttpResponse(format_html('<div id="shown">{}</div><select id="regions">{}</select>', shown, options))

    def page_context(self, request: HttpRequest, row: BusinessCalendar) -> dict[str, Any]:
        state, now, name = state_of(row), timezone.now(), row.account.timezone
        look, until = standing(calendar_from(state, timezone=name), now=now)
        return {
            "calendar": row,
            "look": look,
            "badge": badge(look),
            "until": until,
            "zone": state.zone or name,
            "place": _place(row),
            "week": [(day, hours_in_words(hours)) for day, hours in zip(WEEKDAYS, state.week, strict=True)],
            "closed": next_closed(state, timezone_name=name, now=now),
            "own_days": [(day_in_words(each.day), each) for each in state.own_days],
        }

    @admin.display(description="State")
    def how_it_stands(self, row: BusinessCalendar) -> SafeString:
        look, until = standing(calendar_from(state_of(row), timezone=row.account.timezone), now=timezone.now())
        return format_html('{} <span class="ops-quiet">{}</span>', badge(look), until)

    @admin.display(description="Hours")
    def hours(self, row: BusinessCalendar) -> str:
        return week_in_words(state_of(row).week)

    @admin.display(description="Public holidays")
    def holidays(self, row: BusinessCalendar) -> SafeString | str:
        return _place(row) or NONE

    @admin.display(description="Used")
    def used(self, row: BusinessCalendar) -> SafeString | str:
        return "by rules" if row.is_default else NONE


def _place(row: BusinessCalendar) -> str:
    """The country and its part; codes where they are not known any more."""
    if not row.country:
        return ""
    country = countries().get(row.country, row.country)
    return f"{country}, {subdivisions(row.country).get(row.subdivision, row.subdivision)}".removesuffix(", ")
