"""The fields that say when a schedule fires, for whichever page shows them, and what they come to."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from opsflows.accounts.models import PlatformAccount
from opsflows.schedules.admin.preview import upcoming
from opsflows.schedules.admin.when_form import WhenForm
from opsflows.studio.cron_helper import Coming, coming
from opsflows.studio.views.frame import Studio, page

#: In which order problems are told.
_FIELDS = ("when", "at", "weekdays", "day", "past", "every", "cron", "zone")


class TimesForm(WhenForm):
    """How often, at what time, in which zone. Cleaned, it has `cron`, and `zone`, which is empty for the account's."""

    def __init__(self, *, cron: str, zone: str, account_zone: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(cron=cron, zone=zone, data=data)
        self.account_zone = account_zone
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (as WhenForm makes it)
        field.required = False
        known = available_timezones()
        strange = [(zone, f"{zone} (not known here)")] if zone and zone not in known else []
        named = [(name, name) for name in sorted(known)]
        field.choices = [("", f"The account's ({account_zone})"), *strange, *named]

    @property
    def preview(self) -> dict[str, Any]:
        """What studio/settings/coming.html shows of it."""
        return shown(self.coming())

    def coming(self) -> Coming:
        """What the form comes to as it stands, or what is missing."""
        if not self.is_bound:
            cron, zone = str(self["cron"].value() or ""), str(self["zone"].value() or "")
            return coming(cron, zone, account_zone=self.account_zone, now=timezone.now())
        for name in _FIELDS:
            if problems := self.errors.get(name):
                return Coming(field=name, problem=str(problems[0]))
        cleaned = self.cleaned_data
        return coming(cleaned["cron"], cleaned["zone"], account_zone=self.account_zone, now=timezone.now())


def times_form(
    *, account: PlatformAccount, cron: str = "0 9 * * 1-5", zone: str = "", data: Mapping[str, Any] | None = None
) -> TimesForm:
    """The fields of a schedule of `account`."""
    return TimesForm(cron=cron, zone=zone, account_zone=account.timezone, data=data)


def shown(found: Coming) -> dict[str, Any]:
    """`found` with its times as the reader's clock shows them, and as the schedule's does where that is another."""
    moments = [] if found.problem else upcoming(found.cron, ZoneInfo(found.zone), after=timezone.now())
    return {"coming": found, "moments": moments}


@require_POST
@page
def cron_preview(studio: Studio) -> HttpResponse:
    """What `cron` and `zone`, or the fields of `TimesForm`, come to: words and the next times, or what is wrong."""
    account, sent = PlatformAccount.objects.get(pk=studio.actor.account_id), studio.request.POST
    if "when" in sent:
        found = times_form(account=account, data=sent).coming()
    else:
        zone = sent.get("zone", "")
        found = coming(sent.get("cron", ""), zone, account_zone=account.timezone, now=timezone.now())
    return studio.part("settings/coming.html", shown(found))
