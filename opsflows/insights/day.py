"""What happened in an hour or a day of an account: the read model of the first page and of the daily summary."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opsflows.insights.models import HourlyCount
from opsflows.insights.stretch import hour_of

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often. `runs` were started, the others came to an end; `failed` holds those that timed out, too."""

    events: int = 0
    rejections: int = 0
    runs: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour, from `start` on."""

    start: datetime
    counts: Counts


def hours(*, account_id: uuid.UUID, since: datetime, until: datetime, zone: ZoneInfo) -> list[Hour]:
    """Every hour of the account's clock from the one that `since` lies in, to before `until`; quiet ones hold zeros.

    One query. The last minutes are in it as of the last roll-up.
    """
    start = hour_of(since, zone)
    rows = HourlyCount.objects.filter(account_id=account_id, hour__gte=start, hour__lt=until)
    found: dict[datetime, dict[str, int]] = defaultdict(dict)
    for hour, metric, count in rows.values_list("hour", "metric", "count"):
        # Where the account's zone was another one, its hours may have begun at another minute.
        ours = hour_of(hour, zone)
        found[ours][metric] = found[ours].get(metric, 0) + count
    answer = []
    while start < until:
        answer.append(Hour(start, Counts(**found.get(start, {}))))
        # Not simply an hour on: some clocks are changed by half of one.
        start = hour_of(start + _HOUR, zone)
    return answer


def totals(*, account_id: uuid.UUID, day: date, zone: ZoneInfo) -> Counts:
    """The whole of `day` as the account's clock counts it, so of 23 or 25 hours where the clocks are changed."""
    since, until = day_bounds(day, zone)
    return add_up(hours(account_id=account_id, since=since, until=until, zone=zone))


def add_up(many: list[Hour]) -> Counts:
    """What happened in all of them."""
    names = Counts.__dataclass_fields__
    return Counts(**{name: sum(getattr(hour.counts, name) for hour in many) for name in names})


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When `day` begins and ends in `zone` (UTC)."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # Where the clocks leap over midnight, the reading of before the leap gives the moment of the leap.
    return datetime.combine(day, time(), zone).astimezone(UTC)
