"""The form of a business calendar, with what it comes to beside it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.admin.calendar_fields import DaysField, WeekField, typed
from opsflows.accounts.admin.calendar_preview import preview
from opsflows.accounts.calendar_state import CalendarState, state_of
from opsflows.accounts.change_calendar import USUAL
from opsflows.accounts.check_calendar import CalendarFields, merged
from opsflows.accounts.hours import hours_in_words
from opsflows.accounts.models import BusinessCalendar, PlatformAccount
from opsflows.accounts.public_holidays import countries, subdivisions
from opsflows.admin_site import fields

#: Fields that the preview depends on.
_SAID = ("name", "zone", "week", "country", "subdivision", "own_days")


class CalendarForm(forms.Form):
    """A new calendar of `account` where `row` is None, otherwise changes of it.

    Cleaned, it has `said`, which is what the verbs take."""

    def __init__(
        self, *, account: PlatformAccount, row: BusinessCalendar | None = None, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        self.account = account
        self.before = state_of(row) if row else USUAL
        before, country = self.before, str(data.get("country", "")) if data else self.before.country
        self.fields["name"] = fields.text("Name", max_length=100, initial=before.name)
        self.fields["zone"] = fields.choice(
            "Time zone",
            [("", f"The account's: {account.timezone}"), *((name, name) for name in sorted(available_timezones()))],
            required=False,
            initial=before.zone,
            help_text="Whose clocks the hours are read off.",
        )
        self.fields["week"] = WeekField(
            label="Hours",
            required=False,
            initial=[hours_in_words(hours) if hours else "" for hours in before.week],
            help_text="Such as 9:00–17:00, or 9:00–12:00, 13:00–17:30 with a break. Empty: closed.",
        )
        self.fields["country"] = fields.choice(
            "Public holidays of",
            [("", "No country"), *countries().items()],
            required=False,
            initial=before.country,
        )
        self.fields["subdivision"] = fields.choice(
            "State or region",
            regions(country),
            required=False,
            initial=before.subdivision,
            help_text="Some holidays are kept in parts of a country only.",
            error_messages={"invalid_choice": "Choose a state or region of the country, or the whole of it."},
        )
        self.fields["own_days"] = DaysField(
            label="Days of your own",
            required=False,
            initial=typed(before.own_days),
            help_text="Days that are closed besides, or open in spite of a public holiday.",
        )
        self.fields["preview"] = forms.Field(label="What it comes to", required=False)
        # An unchanged form has the preview of what is; a bound one is asked for its own.
        shown = preview(self.before, timezone_name=account.timezone, now=timezone.now())
        self.fields["preview"].widget = CalendarPreview(shown)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if not self.errors:
            data["said"] = CalendarFields(**{name: data[name] for name in _SAID})  # type: ignore[typeddict-item]
        return data

    @property
    def state(self) -> CalendarState:
        """What a valid form comes to."""
        return merged(self.before, self.cleaned_data["said"])


class CalendarPreview(forms.Widget):
    """Shows what the fields around it come to; without a script, what they came to when the page was made."""

    def __init__(self, shown: SafeString) -> None:
        super().__init__()
        self.shown = shown

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="ops-preview" id="{}" data-calendar="{}" aria-live="polite">{}</div>'
            '<script src="{}" defer></script>',
            (attrs or {}).get("id", name),
            reverse("admin:accounts_businesscalendar_preview"),
            self.shown,
            static("opsflows/calendar.js"),
        )


def regions(country: str) -> list[tuple[str, str]]:
    """What can be chosen of a country."""
    known = subdivisions(country)
    return [("", "The whole country" if known else "–"), *known.items()]


def change_form(*, row: BusinessCalendar, data: Mapping[str, Any] | None = None) -> CalendarForm:
    """The form that changes `row`."""
    return CalendarForm(account=row.account, row=row, data=data)
