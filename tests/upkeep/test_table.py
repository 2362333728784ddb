"""What is periodic is asked for once for each time it is due, whoever asks, and whatever the clocks do."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.calls import CallPool
from opsflows.queue.job_kinds import job_kinds
from opsflows.queue.lanes import Worker
from opsflows.queue.models import Job
from opsflows.upkeep.ask import ask_for_due
from opsflows.upkeep.due import latest_fire, next_fire
from opsflows.upkeep.lane import UpkeepLane
from opsflows.upkeep.table import TABLE, Clock

NOW = datetime(2026, 3, 10, 12, 0, 20, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def berlin(db: None) -> PlatformAccount:
    return made("berlin", "Europe/Berlin")


def made(slug: str, zone: str, *, at: datetime = datetime(2026, 1, 1, tzinfo=UTC), **fields: Any) -> PlatformAccount:
    account = PlatformAccount.objects.create(slug=slug, name=slug, timezone=zone, **fields)
    PlatformAccount.objects.filter(pk=account.pk).update(created_at=at)
    return account


def keys(kind: str) -> list[str]:
    return sorted(key.removeprefix(f"{kind}:") for key in Job.objects.filter(kind=kind).values_list("key", flat=True))


def test_every_entry_is_a_job() -> None:
    assert {entry.kind for entry in TABLE} <= set(job_kinds())


def test_each_account_by_its_own_clock_and_the_house_once(berlin: PlatformAccount) -> None:
    tokyo = made("tokyo", "Asia/Tokyo")
    ask_for_due(now=NOW, asked={})
    assert keys("summary.daily") == sorted([f"{berlin.pk}:2026-03-10T06:00Z", f"{tokyo.pk}:2026-03-09T22:00Z"])
    assert keys("insights.roll_up") == ["house:2026-03-10T12:00Z"]
    assert keys("house.clean") == ["house:2026-03-10T03:15Z"]
    assert Job.objects.count() == sum(2 if entry.clock is Clock.ACCOUNT else 1 for entry in TABLE)


def test_who_asks_again_asks_for_nothing(berlin: PlatformAccount) -> None:
    asked: Any = {}
    ask_for_due(now=NOW, asked=asked)
    jobs = Job.objects.count()
    assert ask_for_due(now=NOW + timedelta(seconds=20), asked=asked) == 0
    # Another process, which remembers nothing.
    assert ask_for_due(now=NOW + timedelta(seconds=30), asked={}) == 0
    assert Job.objects.count() == jobs


def test_after_a_long_absence_only_the_latest_time_is_made_up(berlin: PlatformAccount) -> None:
    asked: Any = {}
    ask_for_due(now=NOW, asked=asked)
    ask_for_due(now=NOW + timedelta(days=5), asked=asked)
    assert keys("retention.clean") == [f"{berlin.pk}:2026-03-10T01:30Z", f"{berlin.pk}:2026-03-15T01:30Z"]


def test_an_account_that_is_off_or_new_is_left_out(db: None) -> None:
    made("off", "UTC", is_active=False)
    made("new", "UTC", at=NOW - timedelta(hours=1))
    ask_for_due(now=NOW, asked={})
    assert not Job.objects.exclude(account=None).exists()
    ask_for_due(now=NOW + timedelta(days=1), asked={})
    assert Job.objects.exclude(account=None).count() == 2


def test_a_job_knows_for_which_moment_it_is(berlin: PlatformAccount) -> None:
    ask_for_due(now=NOW, asked={})
    assert Job.objects.get(kind="summary.daily").params == {"fire": "2026-03-10T06:00:00+00:00"}


@pytest.mark.parametrize(
    ("now", "fire"),
    [
        # The clocks leap from 02:00 to 03:00 on 29 March: 02:30 does not come, so it fires as they leap.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 28, 1, 30, tzinfo=UTC)),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 3, 30, 0, 29, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # They show 02:30 twice on 25 October: the first counts.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (datetime(2026, 10, 26, 1, 29, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_where_the_clocks_are_changed(now: datetime, fire: datetime) -> None:
    assert latest_fire("30 2 * * *", BERLIN, now=now) == fire


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.kind)
def test_the_last_and_the_next_time_enclose_now(zone: str, entry: Any) -> None:
    for hours in range(0, 8760, 97):
        now = datetime(2026, 1, 1, 0, 7, tzinfo=UTC) + timedelta(hours=hours)
        last, following = (when(entry.cron, ZoneInfo(zone), now=now) for when in (latest_fire, next_fire))
        assert last is not None
        assert following is not None
        assert last <= now < following
        assert latest_fire(entry.cron, ZoneInfo(zone), now=following) == following


@pytest.fixture
def lane() -> Any:
    UpkeepLane._minute = None
    UpkeepLane._asked = {}
    pool = CallPool(threads=1, wake=threading.Event())
    yield UpkeepLane(Worker(id=uuid.uuid4(), pool=pool))
    pool.close()


def test_a_quiet_look_costs_no_query(berlin: PlatformAccount, lane: UpkeepLane) -> None:
    lane.work(NOW)
    with CaptureQueriesContext(connection) as captured:
        lane.work(NOW + timedelta(seconds=5))
    assert not captured.captured_queries
    with CaptureQueriesContext(connection) as captured:
        lane.work(NOW + timedelta(minutes=1))
    # Which accounts there are; whether what comes every minute is known; and each of these.
    minutely = sum(entry.cron == "* * * * *" for entry in TABLE)
    assert len([query for query in captured.captured_queries if query["sql"].startswith("SELECT")]) == 2 + minutely


def test_what_is_broken_here_does_not_stop_the_drain(
    berlin: PlatformAccount, lane: UpkeepLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**rest: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("opsflows.upkeep.lane.ask_for_due", broken)
    assert lane.work(NOW) is False


@pytest.mark.django_db
def test_a_damaged_zone_keeps_nobody_waiting() -> None:
    made("mars", "Mars/Olympus")
    ask_for_due(now=NOW, asked={})
    assert Job.objects.filter(kind="summary.daily").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_ask_at_once_and_one_job_comes_of_it() -> None:
    made("berlin", "Europe/Berlin")
    start = threading.Barrier(5)

    def ask(number: int) -> None:
        try:
            start.wait()
            ask_for_due(now=NOW, asked={})
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(ask, range(5)))
    assert Job.objects.count() == len(TABLE)
