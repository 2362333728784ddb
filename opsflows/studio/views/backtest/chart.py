"""The days of a backtest as a picture, drawn on the server, and as the table it is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from opsflows.studio.backtest.tally import BOTH, DRAFT, EVENTS, PUBLISHED, every_day, failing_in
from opsflows.studio.backtest.words import many
from opsflows.studio.models import Backtest

#: The picture's own measure; it is stretched to its place.
WIDTH, HEIGHT = 1000, 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a day's bar. Numbers are texts with a point, whatever the language of the page."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its label, and the counts that the table shows."""

    label: str
    events: int
    draft: int
    published: int
    new: int
    lost: int
    title: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Chart:
    """The days, the oldest first; `most` is what the highest bar stands for."""

    days: Sequence[Day]
    most: int
    sentence: str
    has_published: bool

    @property
    def first(self) -> str:
        return self.days[0].label

    @property
    def last(self) -> str:
        return self.days[-1].label


def chart_of(backtest: Backtest) -> Chart:
    """What each day would have caught: by both, by the draft alone, by the published version alone."""
    counted = every_day(backtest, backtest.account.zone)
    most = max((day[DRAFT] + day[PUBLISHED] - day[BOTH] for _, day in counted), default=0)
    step = WIDTH / max(1, len(counted))
    days = [_day(label, counts, number * step, step, most) for number, (label, counts) in enumerate(counted)]
    has_published = backtest.version_id is not None and not failing_in(backtest)
    return Chart(days, most, _sentence(days), has_published)


def _day(name: str, counts: Sequence[int], x: float, step: float, most: int) -> Day:
    new, lost = counts[DRAFT] - counts[BOTH], counts[PUBLISHED] - counts[BOTH]
    label = _label(name)
    bars, top = [], float(HEIGHT)
    for kind, count in (("both", counts[BOTH]), ("new", new), ("lost", lost)):
        if count:
            # A single one among thousands is to be seen.
            height = max(1.5, HEIGHT * count / most)
            top = max(0.0, top - height)
            bars.append(Bar(kind, f"{x + step * 0.1:.2f}", f"{top:.2f}", f"{step * 0.8:.2f}", f"{height:.2f}"))
    title = f"{label}: {many(counts[EVENTS], 'event')}, {counts[BOTH]:,} by both, {new:,} new, {lost:,} no longer"
    return Day(label, counts[EVENTS], counts[DRAFT], counts[PUBLISHED], new, lost, title, bars)


def _sentence(days: Sequence[Day]) -> str:
    busiest = max(days, key=lambda day: day.draft)
    if not busiest.draft:
        return "By day: the draft would not have fired on any of them."
    return f"By day: the draft would have fired most often on {busiest.label}, {many(busiest.draft, 'time')}."


def _label(name: str) -> str:
    day = date.fromisoformat(name)
    return f"{day.day} {day:%b}"
