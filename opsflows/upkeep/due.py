"""When an entry of the table fires: the last time up to now, and the next one."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opsflows.schedules.fire_times import fire_times, next_fire_time

#: How far to look back for the last fire, nearest first, so that what fires every minute is not walked for a day.
_BACK = (timedelta(minutes=10), timedelta(days=2), timedelta(days=32), timedelta(days=366))


def latest_fire(cron: str, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """The last moment, not behind `now`, at which `cron` fired in `zone`; what was missed before it stays missed."""
    for back in _BACK:
        fires = list(fire_times(cron, zone, after=now - back, until=now))
        if fires:
            return fires[-1]
    return None


def next_fire(cron: str, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """The first moment behind `now` at which it fires."""
    return next_fire_time(cron, zone, after=now)
