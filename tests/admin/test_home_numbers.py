"""The numbers and the chart of the first page, at a moment that stands still."""

import datetime
import random
import uuid

from opsflows.admin_site.home.chart import chart
from opsflows.admin_site.home.figures import MOST, figures
from opsflows.admin_site.home.numbers import numbers
from opsflows.events.models import Event
from opsflows.insights.models import HourlyCount, RollUpMark
from opsflows.queue.ids import first_id
from opsflows.runs.models import Execution
from tests.admin.world import World

#: 15:30 in Berlin, where the accounts of these tests are.
NOW = datetime.datetime(2026, 3, 3, 14, 30, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


def counted(world: World, hour: datetime.datetime, metric: str, count: int, *, settled: int | None = None) -> None:
    settled = count if settled is None else settled
    HourlyCount.objects.create(account=world.account, hour=hour, metric=metric, count=count, settled=settled)


def settled_until(moment: datetime.datetime) -> None:
    RollUpMark.objects.create(settled_until=moment)


def id_at(moment: datetime.datetime) -> uuid.UUID:
    return uuid.UUID(int=first_id(moment).int | random.getrandbits(60))


def event(world: World, moment: datetime.datetime) -> None:
    fields = {"door": "api", "name": "x", "occurred_at": moment, "received_at": moment}
    Event.objects.create(id=id_at(moment), account=world.account, **fields)


def run(world: World, ended: datetime.datetime, status: str = "failed") -> None:
    made = world.run(world.workflow("w"), None, status=status, steps=0)
    Execution.objects.filter(pk=made.pk).update(completed_at=ended)


def shown(world: World, now: datetime.datetime = NOW) -> dict[str, tuple[int, str]]:
    return {number.label: (number.count, number.before) for number in numbers(figures(world.account, now=now), now=now)}


def test_today_begins_at_the_midnight_of_the_account(alpha: World) -> None:
    settled_until(NOW)
    # 23:00 and 0:00 in Berlin.
    counted(alpha, NOW.replace(hour=22, minute=0) - 24 * HOUR, "events", 7)
    counted(alpha, NOW.replace(hour=23, minute=0) - 24 * HOUR, "events", 20)
    counted(alpha, NOW.replace(hour=14, minute=0), "events", 3)
    assert shown(alpha)["Events"] == (23, "0")


def test_yesterday_is_taken_up_to_the_same_time(alpha: World) -> None:
    settled_until(NOW)
    yesterday = NOW.replace(minute=0) - 24 * HOUR
    for hours, count in ((-20, 1000), (-3, 7), (0, 100), (1, 5000)):
        counted(alpha, yesterday + hours * HOUR, "runs", count)
    # Half of the hour of 15:00 had passed; twenty hours before it was the day before.
    assert shown(alpha)["Runs started"] == (0, "57")


def test_a_day_of_23_hours_is_compared_by_the_clock(alpha: World) -> None:
    """The clocks leapt from 2:00 to 3:00 that night, so 12:00 was 23 hours ago."""
    now = datetime.datetime(2026, 3, 29, 10, 0, tzinfo=datetime.UTC)
    settled_until(now)
    counted(alpha, datetime.datetime(2026, 3, 28, 10, 0, tzinfo=datetime.UTC), "events", 4)
    counted(alpha, datetime.datetime(2026, 3, 28, 11, 0, tzinfo=datetime.UTC), "events", 9)
    assert shown(alpha, now)["Events"] == (0, "4")


def test_what_came_since_the_roll_up_is_counted_at_once(alpha: World) -> None:
    settled_until(NOW - 5 * MINUTE)
    # What the roll-up counted for the moment is counted again, and not twice.
    counted(alpha, NOW.replace(minute=0), "events", 12, settled=10)
    for minutes in (4, 3, 1):
        event(alpha, NOW - minutes * MINUTE)
    event(alpha, NOW - 6 * MINUTE)
    run(alpha, NOW - MINUTE)
    run(alpha, NOW - MINUTE, "timeout")
    run(alpha, NOW - MINUTE, "completed")
    run(alpha, NOW - 6 * MINUTE)
    found = shown(alpha)
    assert (found["Events"][0], found["Runs failed"][0]) == (13, 2)


def test_hours_that_the_roll_up_has_left_behind(alpha: World) -> None:
    settled_until(NOW - 3 * HOUR)
    for hours in (2, 1, 0):
        event(alpha, NOW - hours * HOUR)
    event(alpha, NOW - 4 * HOUR)
    found = figures(alpha.account, now=NOW)
    assert [hour.counts.events for hour in found.hours[-5:]] == [0, 0, 1, 1, 1]
    assert found.missing_since is None


def test_where_too_much_came_the_roll_up_will_do(alpha: World) -> None:
    settled_until(NOW - 5 * MINUTE)
    counted(alpha, NOW.replace(minute=0), "events", 12, settled=10)
    for _ in range(MOST + 1):
        event(alpha, NOW - MINUTE)
    assert shown(alpha)["Events"][0] == 12
    assert figures(alpha.account, now=NOW).missing_since is None
    RollUpMark.objects.update(settled_until=NOW - HOUR)
    assert figures(alpha.account, now=NOW).missing_since == NOW - HOUR


def test_before_the_first_roll_up(alpha: World) -> None:
    event(alpha, NOW - 2 * HOUR)
    assert shown(alpha)["Events"] == (1, "0")


def test_another_account_has_its_own_numbers(alpha: World, beta: World) -> None:
    settled_until(NOW - 5 * MINUTE)
    counted(beta, NOW.replace(minute=0), "events", 12)
    event(beta, NOW - MINUTE)
    run(beta, NOW - MINUTE)
    assert {count for count, _ in shown(alpha).values()} == {0}


def test_the_chart_has_24_hours_of_the_accounts_clock(alpha: World) -> None:
    settled_until(NOW)
    counted(alpha, NOW.replace(minute=0) - 24 * HOUR, "events", 99)
    counted(alpha, NOW.replace(minute=0) - 3 * HOUR, "events", 1)
    counted(alpha, NOW.replace(minute=0) - 2 * HOUR, "runs", 1500)
    found = chart(figures(alpha.account, now=NOW))
    assert len(found.bars) == 24
    assert [(bar.day, bar.clock) for bar in (found.bars[0], found.bars[-1])] == [("Mon", "16:00"), ("Tue", "15:00")]
    assert found.sentence == "1 event, 1,500 runs started, 0 failed. Most happened in the hour from 13:00."


def test_a_clock_that_is_off_by_half_an_hour(alpha: World) -> None:
    alpha.account.timezone = "Asia/Kolkata"
    alpha.account.save()
    event(alpha, NOW - 20 * MINUTE)
    found = chart(figures(alpha.account, now=NOW))
    # It is 20:00 there; ten past half past two in Greenwich is 19:40.
    assert [(bar.clock, bar.events) for bar in found.bars[-2:]] == [("18:00", 0), ("19:00", 1)]


def test_an_empty_day(alpha: World) -> None:
    found = chart(figures(alpha.account, now=NOW))
    assert (found.is_empty, found.sentence) == (True, "Nothing happened.")
