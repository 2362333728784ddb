"""Stretches of time within one quarter of an hour each, and so within one hour and one day of any zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

QUARTER = timedelta(minutes=15)
#: Every present zone is off UTC by a multiple of a quarter of an hour.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` on, before `end`."""

    start: datetime
    end: datetime


def stretches(start: datetime, end: datetime) -> Iterator[Stretch]:
    """The time between the two, cut at the quarters of the hour."""
    while start < end:
        cut = min(end, start - (start - _EPOCH) % QUARTER + QUARTER)
        yield Stretch(start, cut)
        start = cut


def hour_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the hour began that the clocks of `zone` show at `moment` (UTC)."""
    local = moment.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - into


def zone_called(name: str) -> ZoneInfo:
    """The zone of that name; UTC where there is none, for one damaged account must not keep the others waiting."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
