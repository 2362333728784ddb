"""When a business is open, and what "4 business hours later" means: hours on its wall clock, holidays, real time."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, overload
from zoneinfo import ZoneInfo

from opsflows.rules.errors import RuleError

DAY_MINUTES = 24 * 60
_DAY = datetime.timedelta(days=1)
_SECOND = datetime.timedelta(seconds=1)
_NOTHING = datetime.timedelta(0)
#: How many days a search goes on without an open one before the calendar is taken to have none.
_LONGEST_CLOSURE = 366
#: How far business time is counted.
_FARTHEST = datetime.timedelta(days=3660)
_MOST_DAYS = 1000


class Hours(NamedTuple):
    """One stretch of a day, in minutes after midnight on the wall clock; `closes` may be 1440, the day's end."""

    opens: int
    closes: int


#: The hours of Monday to Sunday, of each day in their order and apart from each other.
Week = tuple[tuple[Hours, ...], ...]

#: What holds where nobody said otherwise.
USUAL_WEEK: Week = (*[(Hours(9 * 60, 17 * 60),)] * 5, (), ())


class _Stretch(NamedTuple):
    opens: datetime.datetime
    closes: datetime.datetime


def no_holidays(day: datetime.date) -> bool:
    return False


@dataclass(frozen=True)
class Calendar:
    """The hours of a business. It is open from an opening up to, and not at, the closing.

    Hours are read off the wall clock of `zone`, lengths are real time: on a night with a clock change, a shift from
    0:00 to 8:00 is seven or nine hours long. An hour that the change leaves out begins at the change; of one that
    comes twice, the first is meant. Answers are in `zone`.
    """

    zone: ZoneInfo
    week: Week = USUAL_WEEK
    #: Whether a day is closed in spite of its hours. May raise RuleError.
    is_holiday: Callable[[datetime.date], bool] = no_holidays

    def is_business_day(self, day: datetime.date) -> bool:
        """Whether it is open at all on `day` (of a moment, its own date)."""
        day = datetime.date(day.year, day.month, day.day)
        return bool(self.week[day.weekday()]) and not self.is_holiday(day)

    def is_open(self, moment: datetime.datetime) -> bool:
        return self._stretch_at(moment) is not None

    def closes_at(self, moment: datetime.datetime) -> datetime.datetime | None:
        """When the hours that `moment` lies in are over; None where it is closed."""
        stretch = self._stretch_at(moment)
        return stretch.closes.astimezone(self.zone) if stretch else None

    def next_open(self, moment: datetime.datetime) -> datetime.datetime:
        """The first moment from `moment` on at which it is open: `moment` itself, if it is.

        Raises:
            RuleError: it does not open within a year.
        """
        moment = moment.astimezone(datetime.UTC)
        return max(next(self._stretches(moment, 1)).opens, moment).astimezone(self.zone)

    def add_business_time(self, moment: datetime.datetime, duration: datetime.timedelta) -> datetime.datetime:
        """The first moment by which it was open for `duration` since `moment`; for a negative one, the last before.

        Eight hours after an opening at 9:00 is the closing at 17:00, not the next morning.

        Raises:
            RuleError: it lies more than ten years away, or it does not open within a year.
        """
        start, left, step = moment.astimezone(datetime.UTC), abs(duration), 1 if duration > _NOTHING else -1
        if not left:
            return start.astimezone(self.zone)
        for opens, closes in self._stretches(start, step):
            begin, end = (max(opens, start), closes) if step > 0 else (min(closes, start), opens)
            if abs(end - start) > _FARTHEST:
                break
            if left <= abs(end - begin):
                return (begin + step * left).astimezone(self.zone)
            left -= abs(end - begin)
        raise RuleError.of("", "This much business time takes more than ten years; give less, or use days or months.")

    def business_time_between(self, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """How long it is open between two moments; negative where `end` comes first.

        Raises:
            RuleError: they are more than ten years apart.
        """
        if end < start:
            return -self.business_time_between(end, start)
        start, end = start.astimezone(datetime.UTC), end.astimezone(datetime.UTC)
        if end - start > _FARTHEST:
            raise RuleError.of("", "Business time is counted over at most ten years; take moments that lie closer.")
        day, last, total = self._date(start) - _DAY, self._date(end) + _DAY, _NOTHING
        while day <= last:
            for opens, closes in self._on(day):
                total += max(min(closes, end) - max(opens, start), _NOTHING)
            day += _DAY
        return total

    @overload
    def add_business_days(self, day: datetime.datetime, count: int) -> datetime.datetime: ...

    @overload
    def add_business_days(self, day: datetime.date, count: int) -> datetime.date: ...

    def add_business_days(self, day: datetime.date, count: int) -> datetime.date:
        """The day that is `count` business days after `day`, or before it where negative; of a moment, at its time.

        Raises:
            RuleError: more than 1000 are asked for, or no day is open within a year.
        """
        if abs(count) > _MOST_DAYS:
            raise RuleError.of("", f"At most {_MOST_DAYS} business days can be counted; use days or months.")
        if isinstance(day, datetime.datetime):
            local = day.astimezone(self.zone)
            there = datetime.datetime.combine(self.add_business_days(local.date(), count), local.time(), self.zone)
            # Through UTC, so that a time which a clock change left out becomes one that there is.
            return there.astimezone(datetime.UTC).astimezone(self.zone)
        step = _DAY if count >= 0 else -_DAY
        for _ in range(abs(count)):
            for _ in range(_LONGEST_CLOSURE):
                day += step
                if self.is_business_day(day):
                    break
            else:
                raise _never_open("has no working day")
        return day

    def _stretch_at(self, moment: datetime.datetime) -> _Stretch | None:
        moment = moment.astimezone(datetime.UTC)
        around = (self._date(moment) + away * _DAY for away in (-1, 0, 1))
        found = (stretch for day in around for stretch in self._on(day))
        return next((stretch for stretch in found if stretch.opens <= moment < stretch.closes), None)

    def _stretches(self, moment: datetime.datetime, step: int) -> Iterator[_Stretch]:
        """What is open after `moment` (also in part), in order; for a `step` of -1, before it and backwards."""
        # A day early: where clocks go back over midnight, a day's hours may begin before its date does.
        day, closed = self._date(moment) - step * _DAY, 0
        while closed <= _LONGEST_CLOSURE:
            stretches = self._on(day)
            closed = 0 if stretches else closed + 1
            for stretch in stretches[::step]:
                if stretch.closes > moment if step > 0 else stretch.opens < moment:
                    yield stretch
            day += step * _DAY
        raise _never_open("is never open")

    def _on(self, day: datetime.date) -> list[_Stretch]:
        hours = self.week[day.weekday()]
        if not hours or self.is_holiday(day):
            return []
        found = [_Stretch(self._moment(day, each.opens), self._moment(day, each.closes)) for each in hours]
        # A clock change may leave nothing of one.
        return [stretch for stretch in found if stretch.opens < stretch.closes]

    def _date(self, moment: datetime.datetime) -> datetime.date:
        return moment.astimezone(self.zone).date()

    def _moment(self, day: datetime.date, minute: int) -> datetime.datetime:
        """The first moment at which the wall clock shows `minute` of `day`, or has gone past it."""
        if minute == DAY_MINUTES:
            day, minute = day + _DAY, 0
        local = datetime.datetime.combine(day, datetime.time(*divmod(minute, 60)), self.zone)
        first, second = (local.replace(fold=fold).astimezone(datetime.UTC) for fold in (0, 1))
        # Only where there is no such time does the reading by the old offset come after the one by the new.
        return first if first <= second else self._change(second, first)

    def _change(self, before: datetime.datetime, after: datetime.datetime) -> datetime.datetime:
        """The first second after `before` with the offset that the zone has at `after`."""
        offset = after.astimezone(self.zone).utcoffset()
        while after - before > _SECOND:
            middle = before + (after - before) // (2 * _SECOND) * _SECOND
            before, after = (before, middle) if middle.astimezone(self.zone).utcoffset() == offset else (middle, after)
        return after


def _never_open(what: str) -> RuleError:
    return RuleError.of("", f"The business calendar {what} within a year; check its hours and holidays.")
