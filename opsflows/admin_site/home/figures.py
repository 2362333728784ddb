"""How much happened in each hour since yesterday: the roll-up, and what came since it was made."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.insights.day import Hour, day_bounds, hours
from opsflows.insights.models import HourlyCount, RollUpMark
from opsflows.insights.stretch import hour_of, zone_called
from opsflows.queue.ids import first_id, made_at
from opsflows.queue.written_out import written_out
from opsflows.runs.models import Execution

#: So many rows are looked at one by one to be up to the second; where there are more, the roll-up's minute will do.
MOST = 500
#: A roll-up older than this stands still. It keeps five minutes behind the present as it is.
_STALE = timedelta(minutes=15)

_Metric = HourlyCount.Metric


@dataclass(frozen=True, slots=True)
class Figures:
    """Hours of the account's clock, from yesterday's first to the present one.

    `missing_since` says from when on the counts are behind because nobody adds up; mostly it is None.
    """

    hours: list[Hour]
    zone: ZoneInfo
    missing_since: datetime | None


def figures(account: PlatformAccount, *, now: datetime) -> Figures:
    """Six queries, whatever happened: the hours, the mark, what is settled, and three kinds of newest rows."""
    zone = zone_called(account.timezone)
    yesterday = timezone.localtime(now, zone).date() - timedelta(days=1)
    since, _ = day_bounds(yesterday, zone)
    found = hours(account_id=account.pk, since=since, until=now, zone=zone)
    mark = RollUpMark.objects.values_list("settled_until", flat=True).first()
    start = max(mark or since, since)
    live = {
        "events": _made(Event.objects.filter(account=account), start),
        "runs": _made(Execution.objects.filter(account=account), start),
        "failed": _failed(account.pk, start),
    }
    settled = _settled(account.pk, hour_of(start, zone), zone)
    for name, moments in live.items():
        if moments is not None:
            found = _with_live(found, name, moments, settled, since=hour_of(start, zone), zone=zone)
    behind = None in live.values() and now - start > _STALE
    return Figures(found, zone, start if behind else None)


def _made(rows: QuerySet[Any], start: datetime) -> list[datetime] | None:
    """When the rows since `start` were made; None where they are too many to look at."""
    ids = list(rows.filter(pk__gte=first_id(start)).order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    return [made_at(pk) for pk in ids] if len(ids) <= MOST else None


def _failed(account_id: uuid.UUID, start: datetime) -> list[datetime] | None:
    rows = gone_wrong(Execution.objects.filter(account=account_id, completed_at__gte=start))
    moments = rows.order_by("-completed_at").values_list("completed_at", flat=True)[: MOST + 1]
    found = [moment for moment in moments if moment]
    return found if len(found) <= MOST else None


def gone_wrong(runs: QuerySet[Execution]) -> QuerySet[Execution]:
    """The runs that failed or timed out, through the index that holds no others."""
    condition = "workflow_executions.execution_status IN ('failed', 'timeout')"
    return runs.filter(written_out(condition))


def _settled(account_id: uuid.UUID, since: datetime, zone: ZoneInfo) -> Counter[tuple[datetime, str]]:
    rows = HourlyCount.objects.filter(account=account_id, hour__gte=since, settled__gt=0)
    counts: Counter[tuple[datetime, str]] = Counter()
    for hour, metric, settled in rows.values_list("hour", "metric", "settled"):
        counts[hour_of(hour, zone), metric] += settled
    return counts


def _with_live(
    found: Iterable[Hour],
    name: str,
    moments: Iterable[datetime],
    settled: Counter[tuple[datetime, str]],
    *,
    since: datetime,
    zone: ZoneInfo,
) -> list[Hour]:
    """The hours from `since` on as what is settled and what was found since; those before as they are."""
    lately = Counter(hour_of(moment, zone) for moment in moments)
    metric = _Metric(name).value
    return [
        replace(hour, counts=replace(hour.counts, **{name: settled[hour.start, metric] + lately[hour.start]}))
        if hour.start >= since
        else hour
        for hour in found
    ]
