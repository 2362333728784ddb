"""The part of the form that says when: a pattern out of a few, or cron for those who know it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dateparse import parse_time
from unfold.widgets import UnfoldAdminTextInputWidget

from opsflows.admin_site import fields
from opsflows.schedules.cron import CronError, checked_cron
from opsflows.schedules.words import EVERY, WEEK, WEEKDAYS, Kind, Pattern, read_pattern, to_cron

_KINDS = {
    Kind.DAILY: "Every day",
    Kind.WORKDAYS: "Monday to Friday",
    Kind.WEEKLY: "On days of the week",
    Kind.MONTHLY: "On a day of the month",
    Kind.MONTH_END: "On the last day of the month",
    Kind.HOURLY: "Every hour",
    Kind.MINUTES: "Every few minutes",
    Kind.CUSTOM: "Custom, as cron text",
}
#: Which fields belong to which patterns; the page hides the others (static/opsflows/schedules.js).
_BELONGS = {
    "at": (Kind.DAILY, Kind.WORKDAYS, Kind.WEEKLY, Kind.MONTHLY, Kind.MONTH_END),
    "weekdays": (Kind.WEEKLY,),
    "day": (Kind.MONTHLY,),
    "past": (Kind.HOURLY,),
    "every": (Kind.MINUTES,),
    "cron": (Kind.CUSTOM,),
}


class WhenForm(forms.Form):
    """Cleaned, it has `cron` and `zone`; a problem stands beside the field that it is about."""

    def __init__(self, *, cron: str, zone: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        pattern = read_pattern(cron)
        self.fields["when"] = fields.choice("How often", _KINDS.items(), initial=pattern.kind.value)
        self.fields["at"] = forms.CharField(
            label="At",
            required=False,
            initial=f"{pattern.hour:02}:{pattern.minute:02}",
            widget=UnfoldAdminTextInputWidget({"type": "time"}),
        )
        self.fields["weekdays"] = fields.choices(
            "Days",
            [(str(day), WEEKDAYS[day]) for day in WEEK],
            required=False,
            initial=[str(day) for day in pattern.weekdays],
        )
        self.fields["day"] = fields.number(
            "Day of the month",
            required=False,
            min_value=1,
            max_value=31,
            initial=pattern.day,
            help_text="Months without that day are passed over.",
        )
        self.fields["past"] = fields.number(
            "Minutes past the hour",
            required=False,
            min_value=0,
            max_value=59,
            initial=pattern.minute if pattern.kind is Kind.HOURLY else 0,
        )
        self.fields["every"] = fields.choice(
            "Minutes", [(str(each), str(each)) for each in EVERY], required=False, initial=str(pattern.every)
        )
        self.fields["cron"] = fields.text(
            "Cron text",
            required=False,
            initial=cron,
            help_text="Minute, hour, day of the month, month, weekday: “0 8 * * fri#1” is each first Friday at 08:00.",
        )
        self.fields["zone"] = fields.choice(
            "Time zone", [(name, name) for name in sorted(available_timezones())], initial=zone
        )
        for name, kinds in _BELONGS.items():
            self.fields[name].widget.attrs["data-belongs"] = " ".join(kinds)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if "when" not in data:
            return data
        try:
            pattern = self._pattern(Kind(data["when"]), data)
            data["cron"] = checked_cron(to_cron(pattern)) if pattern else ""
        except CronError as error:
            self.add_error("cron", str(error))
        return data

    def _pattern(self, kind: Kind, data: Mapping[str, Any]) -> Pattern | None:
        """What was chosen; None where something is missing, which is said then."""
        hour, minute = 0, data.get("past")
        if kind in _BELONGS["at"]:
            try:
                time = parse_time(data.get("at") or "")
            except ValueError:
                time = None
            if time is None:
                self.add_error("at", "Give a time of the day, such as 07:00.")
                return None
            hour, minute = time.hour, time.minute
        weekdays = tuple(int(day) for day in data.get("weekdays") or ())
        day, every = data.get("day"), data.get("every")
        for field, wanted, given, message in (
            ("weekdays", Kind.WEEKLY, weekdays, "Choose at least one day."),
            ("day", Kind.MONTHLY, day, "Give a day from 1 to 31."),
            ("past", Kind.HOURLY, minute is not None, "Give the minutes past the hour, from 0 to 59."),
            ("every", Kind.MINUTES, every, "Choose how many minutes."),
        ):
            if kind is wanted and not given:
                if field not in self.errors:
                    self.add_error(field, message)
                return None
        return Pattern(
            kind,
            hour=hour,
            minute=minute or 0,
            weekdays=weekdays,
            day=day or 1,
            every=int(every or 1),
            cron=data.get("cron") or "",
        )
