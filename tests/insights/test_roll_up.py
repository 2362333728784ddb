"""The roll-up counts everything once, whatever it is interrupted by, and reads no history."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.models import PlatformAccount
from opsflows.insights.day import Counts, add_up, hours, totals
from opsflows.insights.models import HourlyCount, RollUpMark, WorkflowMetric
from opsflows.insights.roll_up import MARGIN, STRETCHES
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from tests.insights.past import Past, do

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def roll_up(now: datetime) -> None:
    do("insights.roll_up", now)


def lately(account: PlatformAccount, now: datetime = NOW) -> Counts:
    zone = ZoneInfo(account.timezone)
    return add_up(hours(account_id=account.pk, since=now - timedelta(days=20), until=now + minutes(5), zone=zone))


def test_what_happened_is_counted_by_the_hour(account: PlatformAccount, past: Past) -> None:
    for age in (1, 4, 61, 62, 200):
        past.event(NOW - minutes(age))
    past.run(NOW - minutes(61))
    past.run(NOW - minutes(30), status="timeout")
    past.run(NOW - minutes(30), status="cancelled")
    past.run(NOW - minutes(2), status="waiting")
    past.rejections(NOW.replace(minute=0, second=0) - timedelta(hours=1), 7)
    roll_up(NOW)
    found = {
        hour.start.hour: hour.counts
        for hour in hours(account_id=account.pk, since=NOW - minutes(240), until=NOW, zone=BERLIN)
    }
    assert found == {
        8: Counts(events=1),
        9: Counts(),
        10: Counts(events=2, runs=1, completed=1),
        11: Counts(events=2, rejections=7, runs=3, failed=1, cancelled=1),
        12: Counts(),
    }


def test_the_last_minutes_are_shown_before_they_are_settled(account: PlatformAccount, past: Past) -> None:
    past.event(NOW - minutes(1))
    roll_up(NOW)
    row = HourlyCount.objects.get(metric="events")
    assert (row.count, row.settled) == (1, 0)
    roll_up(NOW + MARGIN + minutes(2))
    row.refresh_from_db()
    assert (row.count, row.settled) == (1, 1)


def test_a_row_that_is_committed_late_is_counted(account: PlatformAccount, past: Past) -> None:
    past.event(NOW - minutes(10))
    roll_up(NOW)
    past.event(NOW - minutes(3))
    roll_up(NOW + minutes(1))
    assert lately(account).events == 2


def test_adding_up_again_changes_nothing(account: PlatformAccount, past: Past) -> None:
    for age in range(40):
        past.run(NOW - minutes(age), status="failed" if age % 4 == 0 else "completed")
    roll_up(NOW)
    before = figures()
    roll_up(NOW)
    assert figures() == before


def test_every_minute_or_seldom_it_comes_to_the_same(account: PlatformAccount, past: Past) -> None:
    """Property: however the job falls, settled and passing parts together count each row once."""
    draw = random.Random(7)
    start = NOW - timedelta(hours=5)
    rows = sorted(start + minutes(draw.uniform(0, 300)) for _ in range(80))
    now = start
    written = 0
    while now < NOW:
        now += minutes(draw.choice([1, 1, 1, 2, 7, 40]))
        while written < len(rows) and rows[written] <= now - minutes(2):
            past.event(rows[written])
            past.run(rows[written], took=minutes(0.5), status=draw.choice(["completed", "failed"]))
            written += 1
        roll_up(now)
        counts = lately(account, now)
        assert (counts.events, counts.runs, counts.completed + counts.failed) == (written, written, written)
        assert Workflow.objects.filter(execution_count=written).exists() or not written


def test_a_long_absence_is_made_up_piece_by_piece(account: PlatformAccount, past: Past) -> None:
    past.event(NOW - timedelta(days=3))
    roll_up(NOW - timedelta(days=3))
    for day in range(3):
        past.event(NOW - timedelta(days=day))
    job = do("insights.roll_up", NOW)
    assert lately(account).events == 4
    assert RollUpMark.objects.get().settled_until == NOW.replace(second=0) - MARGIN
    assert job.fence > 3 * 96 / STRETCHES


def test_a_tick_costs_the_same_beside_a_long_history(account: PlatformAccount, past: Past) -> None:
    def tick(now: datetime) -> int:
        past.event(now - minutes(1))
        past.run(now - minutes(1))
        return len(queries_of(now))

    tick(NOW), tick(NOW + minutes(1))
    before = tick(NOW + minutes(2))
    for age in range(60):
        past.run(NOW - timedelta(days=age))
        past.event(NOW - timedelta(days=age))
    assert tick(NOW + minutes(3)) == before


def queries_of(now: datetime) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        roll_up(now)
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
def test_no_query_of_a_tick_reads_a_whole_table(account: PlatformAccount, past: Past) -> None:
    past.event(NOW - minutes(1))
    past.run(NOW - minutes(1))
    past.rejections(NOW.replace(minute=0, second=0), 1)
    roll_up(NOW)
    big = ("events", "workflow_executions", "event_rejections", "hourly_counts", "workflow_metrics")
    for sql in queries_of(NOW + minutes(1)):
        if not sql.startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            plan = [row[3] for row in cursor.fetchall()]
        assert [line for line in plan if line in {f"SCAN {table}" for table in big}] == [], sql


def test_a_workflow_shows_how_it_fares(account: PlatformAccount, past: Past) -> None:
    past.workflow()
    saved = Workflow.history.count()
    past.run(NOW - minutes(50), took=timedelta(seconds=1))
    past.run(NOW - minutes(40), took=timedelta(seconds=3))
    past.run(NOW - minutes(3), status="failed")
    past.run(NOW - minutes(2), status="cancelled")
    past.run(NOW - minutes(1), status="waiting")
    for now in (NOW, NOW + minutes(1), NOW + minutes(20)):
        roll_up(now)
        workflow = Workflow.objects.get()
        assert (workflow.execution_count, workflow.success_rate) == (4, Decimal("66.67"))
        assert workflow.last_executed == NOW - minutes(2) + timedelta(seconds=2)
    day = WorkflowMetric.objects.get()
    assert (day.executions, day.successful_executions, day.failed_executions) == (4, 2, 1)
    assert (day.total_processing_time, day.avg_execution_time, day.error_rate) == (8000, 2000, Decimal("25.00"))
    assert Workflow.history.count() == saved


def test_a_run_that_waited_for_days_is_counted_when_it_ends(account: PlatformAccount, past: Past) -> None:
    run = past.run(NOW - timedelta(days=5), status="waiting")
    roll_up(NOW - timedelta(days=4))
    Execution.objects.filter(pk=run.pk).update(
        execution_status="failed", completed_at=NOW - minutes(1), execution_time_ms=432_000_000
    )
    roll_up(NOW)
    assert (lately(account).runs, lately(account).failed) == (1, 1)
    assert WorkflowMetric.objects.get().date == NOW.date()


def test_accounts_are_counted_apart(account: PlatformAccount, past: Past) -> None:
    other = Past(PlatformAccount.objects.create(slug="globex", name="Globex", timezone="Asia/Kolkata"))
    past.event(NOW - minutes(10))
    for _ in range(3):
        other.event(NOW - minutes(10))
    other.run(NOW - minutes(10), status="failed")
    roll_up(NOW)
    assert lately(account) == Counts(events=1)
    assert lately(other.account) == Counts(events=3, runs=1, failed=1)


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(zone: str, day: date, length: int) -> None:
    account = PlatformAccount.objects.create(slug="z", name="Z", timezone=zone)
    past = Past(account)
    begins = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    moment, inside = begins - minutes(5), 0
    while moment < ends + minutes(10):
        past.event(moment)
        inside += begins <= moment < ends
        moment += minutes(20)
    roll_up(ends + timedelta(hours=2))
    assert totals(account_id=account.pk, day=day, zone=ZoneInfo(zone)).events == inside
    shown = hours(account_id=account.pk, since=begins, until=ends, zone=ZoneInfo(zone))
    assert len(shown) == length
    assert sum(hour.counts.events for hour in shown) == inside


def test_a_zone_that_is_none_keeps_nobody_waiting(account: PlatformAccount, past: Past) -> None:
    PlatformAccount.objects.filter(pk=account.pk).update(timezone="Mars/Olympus")
    past.event(NOW - minutes(10))
    roll_up(NOW)
    assert HourlyCount.objects.get().count == 1


def figures() -> dict[str, list[Any]]:
    models = (HourlyCount, WorkflowMetric, Workflow)
    return {model.__name__: sorted(map(repr, model._default_manager.values_list())) for model in models}
