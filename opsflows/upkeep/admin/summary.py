"""The daily summary as a page, and who gets it by mail."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_account, current_actor, current_membership
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.markup import when
from opsflows.admin_site.pages import ListAdmin
from opsflows.insights.stretch import zone_called
from opsflows.upkeep.models import SummaryChoice
from opsflows.upkeep.summary.read import Summary, read_summary, yesterday
from opsflows.upkeep.summary.recipients import choose_summary, readers
from opsflows.upkeep.summary.words import change, since

_ADDRESS = "upkeep_summarychoice_summary"
_DAY = timedelta(days=1)
#: No summary reaches further back; the calendar's own beginning leaves no room for the week before a day.
_EARLIEST = date(1970, 1, 1)


@admin.register(SummaryChoice)
class SummaryChoiceAdmin(ListAdmin):
    called = "daily summary"
    list_display = ["person", "says", "said"]
    list_display_links = None
    list_select_related = ["user"]
    list_before_template = "admin/opsflows/summary_link.html"
    ordering = ["user__username"]
    empty_title = "Nobody has decided yet"
    empty_text = "Until they say otherwise, administrators get the daily summary and nobody else does."

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("summary/", view(self.summary_view), name=_ADDRESS),
            path("choose/", view(require_POST(self.choose_view)), name="upkeep_summarychoice_choose"),
            *super().get_urls(),
        ]

    def summary_view(self, request: HttpRequest) -> HttpResponse:
        """One day: yesterday unless the address names another."""
        account = self._account(request)
        now = timezone.now()
        last = yesterday(zone_called(account.timezone), now=now) + _DAY
        day = min(_day(request.GET.get("day", "")) or last - _DAY, last)
        summary = read_summary(account, day, now=now)
        actor = current_actor(request)
        context = {
            **self.frame(request, f"{day:%A}, {day.day} {day:%B %Y}"),
            **_shown(summary, now=now),
            "is_today": day == last,
            "earlier": day - _DAY,
            "later": day + _DAY if day < last else None,
            "me": actor.user_id,
            "readers": [
                {"row": reader, "may": actor.may(Permission.ACCOUNT_MANAGE) or reader.user.pk == actor.user_id}
                for reader in readers(account.pk)
            ],
        }
        return TemplateResponse(request, "admin/opsflows/summary.html", context)

    def choose_view(self, request: HttpRequest) -> HttpResponse:
        """Whether a person gets the mail."""
        self._account(request)
        user_id, wants = as_uuid(request.POST.get("user", "")), request.POST.get("wants") == "yes"
        try:
            choice = choose_summary(actor=current_actor(request), user_id=user_id or uuid.UUID(int=0), wants=wants)
        except (Forbidden, ObjectDoesNotExist) as error:
            messages.error(request, str(error))
        else:
            gets = "gets the summary every morning" if wants else "gets no summary any more"
            messages.success(request, f"{choice.user} {gets}.")
        return HttpResponseRedirect(reverse(f"admin:{_ADDRESS}"))

    def _account(self, request: HttpRequest) -> PlatformAccount:
        if not self.has_view_permission(request) or current_membership(request) is None:
            raise PermissionDenied
        return current_account(request)

    @admin.display(description="Person")
    def person(self, row: SummaryChoice) -> str:
        return row.user.get_full_name() or row.user.username

    @admin.display(description="Daily summary")
    def says(self, row: SummaryChoice) -> str:
        return "Wants it" if row.wants else "Does not want it"

    @admin.display(description="Since")
    def said(self, row: SummaryChoice) -> SafeString:
        return when(row.updated_at)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= _EARLIEST else None


def _shown(summary: Summary, *, now: Any) -> dict[str, Any]:
    return {
        "summary": summary,
        "figures": [
            {
                "label": label,
                "number": number,
                "change": change(number, before),
                "tone": "failed" if is_bad and number else "",
            }
            for label, number, before, is_bad in summary.figures
        ],
        "bars": [
            {"clock": f"{timezone.localtime(hour.start, summary.zone):%H:%M}", "counts": hour.counts}
            for hour in summary.hours
        ],
        "waiting": [{"row": row, "since": since(row.since, now)} for row in summary.waiting],
        "overdue": [{"row": row, "since": since(row.due_at, now)} for row in summary.overdue],
    }
