"""What happened on one day of an account, and what waits: the read model of the mail and of the page."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Rejection
from opsflows.insights.day import Counts, Hour, add_up, day_bounds, hours, totals
from opsflows.insights.reasons import reason_of, sameness
from opsflows.insights.stretch import zone_called
from opsflows.queue.written_out import written_out
from opsflows.runs.models import Execution
from opsflows.upkeep.summary.waiting import OverdueTask, Waiting, oldest_waiting, overdue_tasks

#: Failures read for a day; beyond them the reasons are those of the latest.
MOST_READ = 500
#: Reasons and sources that are listed.
MOST_LISTED = 10
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Failure:
    """Runs of one workflow that failed for one reason; `run_id` is the latest of them."""

    workflow_id: uuid.UUID
    workflow: str
    reason: str
    times: int
    run_id: uuid.UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Requests that a source refused for one reason."""

    source: str
    reason: str
    times: int


@dataclass(frozen=True, slots=True)
class Summary:
    """One day, beside the same weekday of the week before. `waiting` and `overdue` are of the moment it was read."""

    account: str
    day: date
    zone: ZoneInfo
    counts: Counts
    before: Counts
    hours: Sequence[Hour]
    failures: Sequence[Failure]
    refused: Sequence[Refused]
    waiting: Sequence[Waiting]
    overdue: Sequence[OverdueTask]
    more_overdue: bool

    @property
    def figures(self) -> list[tuple[str, int, int, bool]]:
        """Label, this day, a week before, and whether more of it is worse."""
        names = (
            ("Events", "events", False),
            ("Runs started", "runs", False),
            ("Runs completed", "completed", False),
            ("Runs failed", "failed", True),
            ("Requests refused", "rejections", True),
        )
        return [(label, getattr(self.counts, name), getattr(self.before, name), bad) for label, name, bad in names]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened at all."""
        return self.counts == Counts()


def read_summary(account: PlatformAccount, day: date, *, now: datetime) -> Summary:
    """A fixed number of queries, each through an index and with an end."""
    zone = zone_called(account.timezone)
    since, until = day_bounds(day, zone)
    shown = hours(account_id=account.pk, since=since, until=until, zone=zone)
    overdue = overdue_tasks(account.pk, now=now, most=MOST_LISTED + 1)
    return Summary(
        account=account.name,
        day=day,
        zone=zone,
        counts=add_up(shown),
        before=totals(account_id=account.pk, day=day - _WEEK, zone=zone),
        hours=shown,
        failures=_grouped(_failed(account.pk, since, until)),
        refused=_refused(account.pk, since, until),
        waiting=oldest_waiting(account.pk, now=now),
        overdue=overdue[:MOST_LISTED],
        more_overdue=len(overdue) > MOST_LISTED,
    )


def yesterday(zone: ZoneInfo, *, now: datetime) -> date:
    """The day that is over, as the clocks of `zone` say."""
    return now.astimezone(zone).date() - timedelta(days=1)


def _failed(account_id: uuid.UUID, since: datetime, until: datetime) -> Iterable[tuple[Any, ...]]:
    failed = written_out("workflow_executions.execution_status IN ('failed', 'timeout')")
    rows = Execution.objects.filter(Q(failed), account=account_id, completed_at__gte=since, completed_at__lt=until)
    columns = ("workflow_id", "workflow__workflow_name", "error_message", "execution_status", "id", "completed_at")
    return rows.order_by("-completed_at").values_list(*columns)[:MOST_READ]


def _grouped(rows: Iterable[tuple[Any, ...]]) -> list[Failure]:
    """By workflow and reason, the most frequent first; the rows come with the latest first."""
    found: dict[tuple[uuid.UUID, str], Failure] = {}
    for workflow_id, name, error, status, run_id, at in rows:
        reason = _first_line(reason_of(error=error, status=status))
        same = (workflow_id, sameness(reason))
        first = found.get(same)
        found[same] = Failure(
            workflow_id=workflow_id,
            workflow=name,
            reason=first.reason if first else reason,
            times=first.times + 1 if first else 1,
            run_id=first.run_id if first else run_id,
            at=first.at if first else at,
        )
    return sorted(found.values(), key=lambda failure: (-failure.times, failure.workflow, failure.reason))[:MOST_LISTED]


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else text
    return line if len(line) <= 200 else f"{line[:199]}…"


def _refused(account_id: uuid.UUID, since: datetime, until: datetime) -> list[Refused]:
    rows = Rejection.objects.filter(source__account=account_id, hour__gte=since, hour__lt=until)
    grouped = rows.order_by().values_list("source__name", "reason").annotate(times=Sum("count"))
    return [
        Refused(source, reason.replace("_", " "), times)
        for source, reason, times in grouped.order_by("-times", "source__name", "reason")[:MOST_LISTED]
    ]
