"""Today's numbers, each beside what it was yesterday by this time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.utils import timezone

from opsflows.admin_site.home.figures import Figures
from opsflows.admin_site.markup import list_of
from opsflows.insights.day import Hour, add_up, day_bounds

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Number:
    """One of the figures on top; `tone` colours it where there is something to look at."""

    label: str
    count: int
    before: str
    url: str
    tone: str = ""


def numbers(figures: Figures, *, now: datetime) -> Sequence[Number]:
    """Events, runs, failed runs and refused requests of the account's own today."""
    local = timezone.localtime(now, figures.zone)
    midnight, _ = day_bounds(local.date(), figures.zone)
    # The same reading of the clock a day ago, also where the clocks were changed in between.
    moment = (local.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=figures.zone)
    today = add_up([hour for hour in figures.hours if hour.start >= midnight])
    yesterday = [hour for hour in figures.hours if hour.start < midnight]

    def number(label: str, name: str, model: str, query: str, tone: str = "") -> Number:
        count: int = getattr(today, name)
        url = list_of(apps.get_model(model), query)
        return Number(label, count, f"{until(yesterday, name, moment):,}", url, tone if count else "")

    return (
        number("Events", "events", "events.Event", "?when=day"),
        number("Runs started", "runs", "runs.Execution", "?when=day"),
        number("Runs failed", "failed", "runs.Execution", "?status=failed&when=day", "failed"),
        number("Requests refused", "rejections", "events.Rejection", "", "attention"),
    )


def until(hours: Sequence[Hour], name: str, moment: datetime) -> int:
    """How many there were before `moment`; of the hour that it lies in, the part that had passed."""
    total = 0.0
    for hour in hours:
        part = (moment - hour.start) / _HOUR
        total += getattr(hour.counts, name) * min(max(part, 0.0), 1.0)
    return round(total)
