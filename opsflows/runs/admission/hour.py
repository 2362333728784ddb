"""The arithmetic of `maxExecutionsPerHour`: when the next run may start. It knows no database.

The hour slides: of any sixty minutes (the first moment in, the last one out), no more than `limit` starts lie in them.
Hours of the clock would let twice as many through in the minutes around the full hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

HOUR = timedelta(hours=1)
#: Up to this limit every start is remembered by itself. Above it those of a few seconds stand together, and their
#: places become free together: never early, and `_GRAIN` late at most.
EXACT = 240
_GRAIN = HOUR // EXACT
#: Clocks of several workers differ by less than this. A start in the near future is one that another worker gave out.
SKEW = timedelta(seconds=5)

Action = Literal["queue", "delay", "drop"]


@dataclass(slots=True)
class _Starts:
    """Starts that are remembered together."""

    first: datetime
    last: datetime
    count: int


@dataclass(slots=True)
class Hour:
    """The starts given out in the hour before the last of them."""

    limit: int
    action: Action
    last: datetime | None = None
    _starts: list[_Starts] = field(default_factory=list)
    _total: int = 0

    @classmethod
    def of(cls, stored: Sequence[Sequence[int]], *, limit: int, action: Action) -> "Hour":
        """As `stored()` gave it."""
        starts = [_Starts(_moment(first), _moment(last), count) for first, last, count in stored]
        last = starts[-1].last if starts else None
        return cls(limit, action, last, starts, sum(each.count for each in starts))

    @classmethod
    def taken(cls, count: int, *, at: datetime, limit: int, action: Action) -> "Hour":
        """As if `count` runs had started at `at`."""
        return cls(limit, action, at, [_Starts(at, at, count)], count)

    def stored(self) -> list[list[Any]]:
        """As JSON: for starts that stand together the first and the last, in microseconds, and how many."""
        return [[_microseconds(each.first), _microseconds(each.last), each.count] for each in self._starts]

    def next(self, now: datetime) -> datetime | None:
        """Give out the next start: `now` or later, never before one that was given out; None to leave the run out."""
        moment = max(now, self.last or now)
        if self.action == "delay" and self.last is not None:
            moment = max(moment, self.last + self.spacing)
        self._forget(moment - HOUR)
        if self.action == "drop" and (self._total >= self.limit or moment - now > SKEW):
            return None
        while self._total >= self.limit:
            moment = self._starts[0].last + HOUR
            self._forget(moment - HOUR)
        self._remember(moment)
        return moment

    @property
    def spacing(self) -> timedelta:
        """From one start to the next where they are spread evenly, rounded up."""
        return timedelta(microseconds=-(-HOUR // timedelta(microseconds=self.limit)))

    def _forget(self, until: datetime) -> None:
        gone = 0
        for each in self._starts:
            if each.last > until:
                break
            gone += 1
            self._total -= each.count
        del self._starts[:gone]

    def _remember(self, moment: datetime) -> None:
        last = self._starts[-1] if self._starts else None
        together = _GRAIN if self.limit > EXACT else timedelta(0)
        if last is not None and moment - last.first <= together:
            last.last = moment
            last.count += 1
        else:
            self._starts.append(_Starts(moment, moment, 1))
        self._total += 1
        self.last = moment


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
