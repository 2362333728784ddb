"""The last 24 hours by the hour: a table, which opsflows/static/opsflows/chart.js draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from opsflows.admin_site.home.figures import Figures
from opsflows.insights.day import add_up

_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: when it began on the account's clock, and what happened in it."""

    clock: str
    day: str
    events: int
    runs: int
    failed: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The hours, the oldest first; `sentence` says what the picture shows."""

    bars: Sequence[Bar]
    sentence: str
    is_empty: bool


def chart(figures: Figures) -> Chart:
    """The last of the hours that were counted."""
    last = figures.hours[-_SHOWN:]
    bars = []
    for hour in last:
        local, counts = timezone.localtime(hour.start, figures.zone), hour.counts
        bars.append(Bar(f"{local:%H:%M}", f"{local:%a}", counts.events, counts.runs, counts.failed))
    total = add_up(last)
    is_empty = not (total.events or total.runs or total.failed)
    busiest = max(bars, key=lambda bar: bar.events + bar.runs)
    sentence = (
        f"{_many(total.events, 'event')}, {_many(total.runs, 'run')} started, {total.failed:,} failed. "
        f"Most happened in the hour from {busiest.clock}."
    )
    return Chart(bars, "Nothing happened." if is_empty else sentence, is_empty)


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
