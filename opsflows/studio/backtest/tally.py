"""What was counted so far: in all, and by the days of the account's clock."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opsflows.insights.day import day_bounds
from opsflows.studio.models import Backtest, BacktestEvent

_KIND = {
    (True, True): BacktestEvent.Kind.BOTH,
    (True, False): BacktestEvent.Kind.NEW,
    (False, True): BacktestEvent.Kind.LOST,
}
#: The columns of a day's counts in `Backtest.days`.
EVENTS, DRAFT, PUBLISHED, BOTH, UNREADABLE, FAILING = range(6)
_COLUMNS = 6


@dataclass(slots=True)
class Tally:
    """Counts a stretch of events on top of what the backtest holds; `keep` writes it all there."""

    backtest: Backtest
    zone: ZoneInfo
    #: Of each kind, how many more are kept.
    room: dict[str, int]
    found: list[BacktestEvent] = field(default_factory=list)
    _day: list[int] = field(default_factory=list)
    _since: datetime | None = None
    _until: datetime | None = None

    def unreadable(self, moment: datetime) -> None:
        """An event that nobody can judge any more."""
        day = self._counts(moment)
        day[EVENTS] += 1
        day[UNREADABLE] += 1
        self.backtest.seen += 1
        self.backtest.unreadable += 1

    def passed_over(self, moment: datetime) -> None:
        """An event that neither catches."""
        self._counts(moment)[EVENTS] += 1
        self.backtest.seen += 1

    def failing(self, moment: datetime) -> None:
        """An event that starts a run of a version that cannot be read: it fails at once. Counted beside the rest."""
        self._counts(moment)[FAILING] += 1

    def caught(self, event_id: uuid.UUID, moment: datetime, *, draft: bool, published: bool) -> None:
        """An event that one of them catches at least."""
        day, backtest = self._counts(moment), self.backtest
        day[EVENTS] += 1
        day[DRAFT] += draft
        day[PUBLISHED] += published
        day[BOTH] += draft and published
        backtest.seen += 1
        backtest.fired_draft += draft
        backtest.fired_published += published
        backtest.fired_both += draft and published
        kind = _KIND[draft, published]
        if self.room[kind] > 0:
            self.room[kind] -= 1
            self.found.append(BacktestEvent(backtest=backtest, event_id=event_id, kind=kind, received_at=moment))

    def keep(self) -> None:
        """Write the events that were found; the counts go with the backtest's own row."""
        BacktestEvent.objects.bulk_create(self.found)

    def _counts(self, moment: datetime) -> list[int]:
        # Events come in the order of time, so a day is looked up once and not for each of them.
        if self._since is None or self._until is None or not self._since <= moment < self._until:
            day = moment.astimezone(self.zone).date()
            self._since, self._until = day_bounds(day, self.zone)
            self._day = self.backtest.days.setdefault(day.isoformat(), [])
            # One that was begun by an older edition has fewer columns.
            self._day += [0] * (_COLUMNS - len(self._day))
        return self._day


def failing_in(backtest: Backtest) -> int:
    """How many events would have started a run that fails, because the published version cannot be read any more."""
    return sum(counts[FAILING] for counts in backtest.days.values() if len(counts) > FAILING)


def every_day(backtest: Backtest, zone: ZoneInfo) -> list[tuple[str, list[int]]]:
    """The days of the period, the oldest first, quiet ones among them, each with its counts."""
    day = backtest.since.astimezone(zone).date()
    last = (backtest.until - timedelta(microseconds=1)).astimezone(zone).date()
    found = []
    while day <= last:
        counts = backtest.days.get(day.isoformat(), ())
        found.append((day.isoformat(), [*counts, *[0] * (_COLUMNS - len(counts))]))
        day += timedelta(days=1)
    return found
