"""What is made up after a stop, by policy."""
# ruff: noqa: DTZ001  (wall clocks have no zone)

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.schedules.fire_times import fire_times
from opsflows.schedules.missed import ALL, MOST_COUNTED, MOST_MADE_UP, ONCE, SKIP, Due, due

UTC_ZONE = ZoneInfo("UTC")
SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def of(cron: str, after: datetime, now: datetime, policy: str, grace: timedelta = 12 * HOUR) -> Due:
    return due(cron, UTC_ZONE, after=after, until=now, now=now, policy=policy, grace=grace)


@pytest.mark.parametrize("policy", [ONCE, ALL, SKIP])
def test_in_time_is_in_time_by_every_policy(policy: str) -> None:
    assert of("0 7 * * *", SEVEN - DAY, SEVEN + 5 * MINUTE, policy) == Due((SEVEN,))
    assert of("0 7 * * *", SEVEN, SEVEN + HOUR, policy) == Due()


@pytest.mark.parametrize(
    ("policy", "fires", "count"),
    [(ONCE, [2], 2), (ALL, [0, 1, 2], 0), (SKIP, [], 3)],
)
def test_three_mornings_were_missed(policy: str, fires: list[int], count: int) -> None:
    found = of("0 7 * * *", SEVEN - HOUR, SEVEN + 2 * DAY + 3 * HOUR, policy)
    assert list(found.fires) == [SEVEN + day * DAY for day in fires]
    assert (found.missed.count if found.missed else 0) == count


def test_the_latest_is_not_made_up_once_it_is_too_old() -> None:
    late = of("0 7 * * *", SEVEN - HOUR, SEVEN + 12 * HOUR + MINUTE, ONCE)
    assert late.fires == ()
    assert late.missed is not None
    assert (late.missed.count, late.missed.first, late.missed.last) == (1, SEVEN, SEVEN)
    assert of("0 7 * * *", SEVEN - HOUR, SEVEN + 12 * HOUR, ONCE).fires == (SEVEN,)


def test_no_more_than_24_are_made_up() -> None:
    found = of("0 * * * *", SEVEN, SEVEN + 30 * HOUR, ALL)
    assert list(found.fires) == [SEVEN + hour * HOUR for hour in range(7, 31)]
    assert found.missed is not None
    assert (found.missed.count, found.missed.first, found.missed.last) == (6, SEVEN + HOUR, SEVEN + 6 * HOUR)


@pytest.mark.parametrize("policy", [ONCE, ALL])
def test_a_year_of_minutes_is_not_counted_to_its_end(policy: str) -> None:
    found = of("* * * * *", SEVEN, SEVEN + 365 * DAY, policy)
    assert found.fires[-1] == SEVEN + 365 * DAY
    assert found.missed is not None
    assert (found.missed.count, found.missed.first) == (MOST_COUNTED, SEVEN + MINUTE)
    assert found.missed.last == found.fires[0] - MINUTE


@given(
    cron=st.sampled_from(["* * * * *", "*/20 * * * *", "0 * * * *", "30 2 * * *", "* 3 * * *", "0 9 1 * *"]),
    zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "UTC"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(0, 3 * 24 * 60),
    policy=st.sampled_from([ONCE, ALL, SKIP]),
)
def test_nothing_is_lost_between_what_fires_and_what_is_left_out(
    cron: str, zone: str, start: datetime, minutes: int, policy: str
) -> None:
    now = start + timedelta(minutes=minutes)
    found = due(cron, ZoneInfo(zone), after=start, until=now, now=now, policy=policy, grace=12 * HOUR)
    wanted = list(fire_times(cron, ZoneInfo(zone), after=start, until=now))
    left = wanted[: len(wanted) - len(found.fires)]
    assert [*left, *found.fires] == wanted
    assert len(found.fires) <= (MOST_MADE_UP if policy == ALL else 1)
    assert all(earlier < later for earlier, later in pairwise(found.fires))
    if not left:
        assert found.missed is None
    else:
        assert found.missed is not None
        assert (found.missed.first, found.missed.last) == (left[0], left[-1])
        assert found.missed.count == len(left) or len(wanted) >= found.missed.count == MOST_COUNTED
