"""The form that asks for a backtest: which period."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from opsflows.insights.day import day_bounds
from opsflows.studio.backtest.ask import FIRST_YEAR

DATES = "dates"
_PERIODS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), (DATES, "or from … to …"))


class _Date(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """`period()` says from when to when; days are those of the account's clock."""

    length = forms.ChoiceField(choices=_PERIODS, widget=forms.RadioSelect, initial="30", label="The last")
    since = forms.DateField(required=False, label="From", widget=_Date)
    until = forms.DateField(required=False, label="To", widget=_Date)

    def __init__(self, *given: Any, zone: ZoneInfo, now: datetime, **named: Any) -> None:
        super().__init__(*given, **named)
        self._zone, self._now = zone, now

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("length") != DATES:
            return found
        for name in ("since", "until"):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, "Choose a day, or one of the periods beside it.")
        since, until = found.get("since"), found.get("until")
        if since and since.year < FIRST_YEAR:
            self.add_error("since", "No event came in so long ago; choose a later day.")
        elif since and until and until < since:
            self.add_error("until", "Must not be before the first day.")
        elif since and since > self._now.astimezone(self._zone).date():
            self.add_error("since", "Must not lie in the future: only events that came in can be tried.")
        return found

    def period(self) -> tuple[datetime, datetime]:
        """After `is_valid()`: the first moment, and the one at which the period ends, now at the latest."""
        found = self.cleaned_data
        if found["length"] != DATES:
            return self._now - timedelta(days=int(found["length"])), self._now
        since, _ = day_bounds(found["since"], self._zone)
        # A day that is far off may have no end that the calendar knows.
        today = self._now.astimezone(self._zone).date()
        _, until = day_bounds(min(found["until"], today), self._zone)
        return since, min(until, self._now)
