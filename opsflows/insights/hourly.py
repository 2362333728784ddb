"""The figures of the last hours: read once, added to, written at once."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from opsflows.events.models import Rejection
from opsflows.insights.models import HourlyCount
from opsflows.insights.stretch import Stretch, hour_of
from opsflows.insights.tally import Metric, Tally

_HOUR = timedelta(hours=1)
_Key = tuple[uuid.UUID, datetime, str]


class HourlyFigures:
    """What is to be added to the hours since `since`, up to which everything was settled before."""

    def __init__(self, zones: Mapping[Any, ZoneInfo], *, since: datetime) -> None:
        self._zones = zones
        self._since = since
        self._settled: Counter[_Key] = Counter()
        self._passing: Counter[_Key] = Counter()

    def add(self, stretch: Stretch, found: Tally, *, settled: bool) -> None:
        """Note what was counted in `stretch`, for good or for the moment."""
        into = self._settled if settled else self._passing
        for (account_id, metric), count in found.counts.items():
            into[account_id, self._hour(account_id, stretch.start), metric] += count

    def write(self) -> None:
        """What is shown becomes what is settled and what was counted for the moment; one query and one statement."""
        stored = self._stored()
        changed: dict[_Key, HourlyCount] = {}
        for key in {*stored, *self._settled, *self._passing}:
            account_id, hour, metric = key
            row = stored.get(key) or HourlyCount(account_id=account_id, hour=hour, metric=metric)
            settled = row.settled + self._settled[key]
            shown = settled + self._passing[key]
            if (row.settled, row.count) != (settled, shown):
                row.settled, row.count = settled, shown
                changed[key] = row
        # Refused requests were counted when they were refused, by the hour of UTC.
        for key, count in self._rejections().items():
            account_id, hour, metric = key
            changed[key] = HourlyCount(account_id=account_id, hour=hour, metric=metric, settled=count, count=count)
        HourlyCount.objects.bulk_create(
            [changed[key] for key in sorted(changed, key=str)],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["account", "hour", "metric"],
            update_fields=["settled", "count"],
        )

    def _stored(self) -> dict[_Key, HourlyCount]:
        # The hour of an account's clock that `since` lies in began at most an hour before.
        rows = HourlyCount.objects.filter(hour__gt=self._since - _HOUR).exclude(metric=Metric.REJECTIONS)
        found = {(row.account_id, row.hour, row.metric): row for row in rows}
        return {key: row for key, row in found.items() if key[1] >= self._hour(key[0], self._since)}

    def _rejections(self) -> dict[_Key, int]:
        since = self._since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        rows = Rejection.objects.filter(hour__gte=since).order_by().values_list("source__account_id", "hour")
        counts: dict[_Key, int] = defaultdict(int)
        for account_id, hour, count in rows.annotate(Sum("count")):
            counts[account_id, self._hour(account_id, hour), Metric.REJECTIONS] += count
        return counts

    def _hour(self, account_id: uuid.UUID, moment: datetime) -> datetime:
        return hour_of(moment, self._zones[account_id])
