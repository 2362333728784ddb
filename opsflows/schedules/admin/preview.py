"""What a form, or a schedule, comes to: a sentence, and the next times in the zone of who reads it."""

from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from opsflows.schedules.admin.when_form import WhenForm
from opsflows.schedules.fire_times import fire_times
from opsflows.schedules.models import Schedule
from opsflows.schedules.next_fire import from_start
from opsflows.schedules.words import in_words

NEXT = 5


def upcoming(cron: str, zone: ZoneInfo, *, after: datetime, until: datetime | None = None) -> list[SafeString]:
    """The next times: as the reader's clock shows them, and as the schedule's own does where that is another."""
    return [_time(moment, zone) for moment in islice(fire_times(cron, zone, after=after, until=until), NEXT)]


def upcoming_of(schedule: Schedule, *, now: datetime) -> list[SafeString]:
    """The next times of a schedule, within its start and end."""
    return upcoming(schedule.cron, schedule.place, after=from_start(schedule, now), until=schedule.ends_at)


def preview(form: WhenForm, *, now: datetime) -> SafeString:
    """What a bound form comes to, or what is missing."""
    if not form.is_bound:
        return preview_of(str(form["cron"].value()), str(form["zone"].value()), now=now)
    for name in ("when", "at", "weekdays", "day", "past", "every", "cron", "zone"):
        if problems := form.errors.get(name):
            return format_html('<span class="ops-quiet">{}</span>', problems[0])
    return preview_of(form.cleaned_data["cron"], form.cleaned_data["zone"], now=now)


def preview_of(cron: str, zone: str, *, now: datetime) -> SafeString:
    """The sentence of `cron` and its next times."""
    times = format_html_join("", "<li>{}</li>", ((each,) for each in upcoming(cron, ZoneInfo(zone), after=now)))
    return format_html("<strong>{}</strong> ({})<ol>{}</ol>", in_words(cron), zone, times)


class PreviewWidget(forms.Widget):
    """Shows what the fields around it come to; without a script, what they came to when the page was made."""

    def __init__(self, address: str, shown: SafeString) -> None:
        super().__init__()
        self.address, self.shown = address, shown

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="ops-preview" id="{}" data-preview="{}" aria-live="polite">{}</div>'
            '<script src="{}" defer></script>',
            (attrs or {}).get("id", name),
            self.address,
            self.shown,
            static("opsflows/schedules.js"),
        )


def _time(moment: datetime, zone: ZoneInfo) -> SafeString:
    mine, there = timezone.localtime(moment), moment.astimezone(zone)
    # To the minute, for schedules know no seconds.
    shown = f"{mine:%a} {mine.day} {mine:%b %Y, %H:%M %Z}"
    if mine.utcoffset() == there.utcoffset():
        return format_html("{}", shown)
    return format_html('{} <span class="ops-quiet">({} there)</span>', shown, f"{there:%a %H:%M}")
