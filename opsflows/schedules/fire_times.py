"""From wall-clock times to moments: when a schedule fires in its zone, also where the clocks are changed.

Pure. What happens at a change of the clocks is decided in docs/adr/0009-schedules.md:

* a pattern that names certain hours fires once for each time it names: one that the clocks leap over at the first
  moment behind the leap (several of them at once), one that they show twice at the first of the two;
* a pattern that goes round the clock (hourly, every few minutes) follows the clock as it is: what is leapt over is left
  out, what is shown twice fires twice, so that the time that really passes between two fires stays the same.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from opsflows.schedules.cron import named_times, names_every_hour

_SECOND = timedelta(seconds=1)


def fire_times(cron: str, zone: ZoneInfo, *, after: datetime, until: datetime | None = None) -> Iterator[datetime]:
    """The moments (UTC) at which `cron` fires in `zone`, behind `after` and not behind `until`; strictly rising.

    `cron` has been checked (`checked_cron`). Without `until` there is no end.
    """
    moments = _round_the_clock(cron, zone, after) if names_every_hour(cron) else _at_named_hours(cron, zone, after)
    last = after
    for moment in moments:
        if until is not None and moment > until:
            return
        if moment > last:
            yield moment
            last = moment


def next_fire_time(cron: str, zone: ZoneInfo, *, after: datetime, until: datetime | None = None) -> datetime | None:
    """The first of `fire_times`, if there is one."""
    return next(fire_times(cron, zone, after=after, until=until), None)


def _at_named_hours(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    for wall in named_times(cron, after=_wall(after, zone)):
        before, behind = _offsets(wall, zone)
        yield _end_of_leap(wall, zone, before, behind) if before < behind else _moment(wall, before)


def _round_the_clock(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    start = _wall(after, zone)
    first, second = _offsets(start, zone)
    if first > second and _moment(start, first) <= after < _moment(start, second):
        # Within the hour that comes twice, for the first time: all of it is still to come again.
        start -= first - second
    again: list[datetime] = []
    for wall in named_times(cron, after=start):
        first, second = _offsets(wall, zone)
        moment = _moment(wall, first)
        while again and again[0] < moment:
            yield again.pop(0)
        if first >= second:
            yield moment
        if first > second:
            again.append(_moment(wall, second))


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of `zone` show."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """The two readings of a wall-clock time: equal as a rule, falling where it is shown twice, rising in a leap."""
    first = wall.replace(tzinfo=zone, fold=0).utcoffset()
    second = wall.replace(tzinfo=zone, fold=1).utcoffset()
    assert first is not None  # noqa: S101  (a zone always has one)
    assert second is not None  # noqa: S101
    return first, second


def _moment(wall: datetime, offset: timedelta) -> datetime:
    return (wall - offset).replace(tzinfo=UTC, fold=0)


def _end_of_leap(wall: datetime, zone: ZoneInfo, before: timedelta, behind: timedelta) -> datetime:
    """The moment at which the clocks leapt over `wall`."""
    low, high = _moment(wall, behind), _moment(wall, before)
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
