"""When a schedule fires, above all where the clocks are changed."""
# ruff: noqa: DTZ001  (wall clocks have no zone)

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.schedules.cron import names_every_hour
from opsflows.schedules.fire_times import fire_times, next_fire_time

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
#: Leaps at midnight, falls back across midnight, an odd offset, and zones that never change.
ZONES = [BERLIN, NEW_YORK, LORD_HOWE, "America/Havana", "Asia/Beirut", "Asia/Kathmandu", "Asia/Tokyo", "UTC"]


def local(cron: str, zone: str, after: str, count: int) -> list[str]:
    place = ZoneInfo(zone)
    start = datetime.fromisoformat(after).replace(tzinfo=place)
    return [f"{moment.astimezone(place):%d %H:%M %z}" for moment in islice(fire_times(cron, place, after=start), count)]


@pytest.mark.parametrize(
    ("cron", "zone", "after", "fires"),
    [
        # Leapt over: at the first moment behind the leap, once, however many times lie in it.
        ("30 2 * * *", BERLIN, "2026-03-28T03:00", ["29 03:00 +0200", "30 02:30 +0200"]),
        ("*/15 2 * * *", BERLIN, "2026-03-29T00:00", ["29 03:00 +0200", "30 02:00 +0200"]),
        ("0,30 2-3 * * *", BERLIN, "2026-03-29T00:00", ["29 03:00 +0200", "29 03:30 +0200", "30 02:00 +0200"]),
        ("30 2 * * *", NEW_YORK, "2026-03-08T00:00", ["08 03:00 -0400", "09 02:30 -0400"]),
        ("15 2 * * *", LORD_HOWE, "2026-10-04T00:00", ["04 02:30 +1100", "05 02:15 +1100"]),
        ("0 0 * * *", "America/Havana", "2026-03-07T12:00", ["08 01:00 -0400", "09 00:00 -0400"]),
        # Shown twice: at the first of the two.
        ("30 2 * * *", BERLIN, "2026-10-24T03:00", ["25 02:30 +0200", "26 02:30 +0100"]),
        ("0 */2 * * *", BERLIN, "2026-10-25T00:00", ["25 02:00 +0200", "25 04:00 +0100"]),
        ("30 1 * * *", NEW_YORK, "2026-11-01T00:00", ["01 01:30 -0400", "02 01:30 -0500"]),
        ("45 1 * * *", LORD_HOWE, "2026-04-05T00:00", ["05 01:45 +1100", "06 01:45 +1030"]),
        ("30 23 * * *", "Asia/Beirut", "2026-10-24T12:00", ["24 23:30 +0300", "25 23:30 +0200"]),
        # Round the clock: as the clock goes.
        ("0 * * * *", BERLIN, "2026-03-29T00:30", ["29 01:00 +0100", "29 03:00 +0200", "29 04:00 +0200"]),
        ("30 * * * *", BERLIN, "2026-03-29T00:45", ["29 01:30 +0100", "29 03:30 +0200"]),
        ("0 * * * *", BERLIN, "2026-10-25T01:30", ["25 02:00 +0200", "25 02:00 +0100", "25 03:00 +0100"]),
        (
            "*/30 * * * *",
            BERLIN,
            "2026-10-25T01:45",
            ["25 02:00 +0200", "25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100", "25 03:00 +0100"],
        ),
        (
            "*/10 * * * *",
            LORD_HOWE,
            "2026-04-05T01:45",
            ["05 01:50 +1100", "05 01:30 +1030", "05 01:40 +1030", "05 01:50 +1030", "05 02:00 +1030"],
        ),
        ("15 * * * *", LORD_HOWE, "2026-10-04T00:30", ["04 01:15 +1030", "04 03:15 +1100"]),
        ("30 * 24 10 *", "Asia/Beirut", "2026-10-24T23:15", ["24 23:30 +0300", "24 23:30 +0200", "24 00:30 +0300"]),
    ],
)
def test_where_the_clocks_change(cron: str, zone: str, after: str, fires: list[str]) -> None:
    assert local(cron, zone, after, len(fires)) == fires


@pytest.mark.parametrize(
    ("cron", "utc", "next_utc"),
    [
        # Asked between the two readings of 02:30 in Berlin, and within the second.
        ("30 2 * * *", "2026-10-25T00:40", "2026-10-26T01:30"),
        ("30 2 * * *", "2026-10-25T01:10", "2026-10-26T01:30"),
        ("30 * * * *", "2026-10-25T00:40", "2026-10-25T01:30"),
        ("30 * * * *", "2026-10-25T01:30", "2026-10-25T02:30"),
        # Seconds count: a moment behind a fire is behind it.
        ("30 * * * *", "2026-10-25T01:29:59.999999", "2026-10-25T01:30"),
        ("30 * * * *", "2026-10-25T01:30:00.000001", "2026-10-25T02:30"),
    ],
)
def test_the_next_one_seen_from_within(cron: str, utc: str, next_utc: str) -> None:
    after, wanted = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (utc, next_utc))
    assert next_fire_time(cron, ZoneInfo(BERLIN), after=after) == wanted


def test_a_day_of_23_hours_and_one_of_25_have_so_many_hourly_fires() -> None:
    zone = ZoneInfo(BERLIN)
    for day, hours in ((29, 23), (30, 24)):
        start, end = (datetime(2026, 3, day + more, tzinfo=zone) for more in (0, 1))
        assert len(list(fire_times("0 * * * *", zone, after=start, until=end))) == hours
    start, end = datetime(2026, 10, 25, tzinfo=zone), datetime(2026, 10, 26, tzinfo=zone)
    assert len(list(fire_times("*/15 * * * *", zone, after=start, until=end))) == 100


def test_it_ends_where_it_is_told_to() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    until = start + timedelta(days=2)
    fires = list(fire_times("0 9 * * *", ZoneInfo("UTC"), after=start, until=until))
    assert fires == [start + timedelta(days=1), until]


moments = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))
minutes = st.sampled_from(["0", "30", "17,45", "*/20", "*"])
hours = st.sampled_from(["*", "0", "1", "2", "3", "23", "1-3", "*/2", "0,12"])
days = st.sampled_from(["* * *", "* * mon-fri", "L * *", "* * sun", "1,29 * *"])


@given(minute=minutes, hour=hours, day=days, zone=st.sampled_from(ZONES), after=moments)
def test_fires_rise_strictly_and_are_told_the_same_from_anywhere(
    minute: str, hour: str, day: str, zone: str, after: datetime
) -> None:
    cron, place = f"{minute} {hour} {day}", ZoneInfo(zone)
    found = list(islice(fire_times(cron, place, after=after), 40))
    assert len(found) == 40
    assert all(earlier < later for earlier, later in pairwise([after, *found]))
    # A worker that asks again behind each fire meets the same ones: none is lost or told twice.
    moment = after
    for fire in found:
        assert next_fire_time(cron, place, after=moment) == fire
        moment = fire


near_changes = st.sampled_from(
    [
        (BERLIN, 2026, 3, 28),
        (BERLIN, 2026, 10, 24),
        (NEW_YORK, 2026, 3, 7),
        (NEW_YORK, 2026, 10, 31),
        (LORD_HOWE, 2026, 4, 4),
        (LORD_HOWE, 2026, 10, 3),
        ("Asia/Tokyo", 2026, 3, 28),
    ]
)


@given(where=near_changes, hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_a_daily_time_fires_once_a_day(where: tuple[str, int, int, int], hour: int, minute: int) -> None:
    zone, year, month, day = where
    place = ZoneInfo(zone)
    start = datetime(year, month, day, tzinfo=place) - timedelta(microseconds=1)
    fires = [moment.astimezone(place) for moment in islice(fire_times(f"{minute} {hour} * * *", place, after=start), 3)]
    first = datetime(year, month, day).date()
    assert [fire.date() for fire in fires] == [first, first + timedelta(days=1), first + timedelta(days=2)]


@given(where=near_changes, every=st.sampled_from([5, 10, 15, 20, 30]), offset=st.integers(0, 47 * 60))
def test_every_few_minutes_means_so_many_minutes_that_pass(
    where: tuple[str, int, int, int], every: int, offset: int
) -> None:
    """Twenty minutes do not go into Lord Howe's half hour, so there the step at the change may be another."""
    zone, year, month, day = where
    start = datetime(year, month, day, tzinfo=ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=offset)
    fires = list(islice(fire_times(f"*/{every} * * * *", ZoneInfo(zone), after=start), 50))
    gaps = {later - earlier for earlier, later in pairwise(fires)}
    if zone == LORD_HOWE and every == 20:
        assert max(gaps) < 2 * timedelta(minutes=every)
    else:
        assert gaps == {timedelta(minutes=every)}


@given(minute=minutes, hour=hours, zone=st.sampled_from(ZONES), after=moments)
def test_a_fire_is_at_a_time_that_was_named_or_behind_a_leap(
    minute: str, hour: str, zone: str, after: datetime
) -> None:
    cron, place = f"{minute} {hour} * * *", ZoneInfo(zone)
    for fire in islice(fire_times(cron, place, after=after), 60):
        wall = fire.astimezone(place)
        just_before = (fire - timedelta(seconds=1)).astimezone(place)
        leapt = wall.utcoffset() != just_before.utcoffset()
        assert wall.second == 0
        named = next(fire_times(cron, ZoneInfo("UTC"), after=wall.replace(tzinfo=UTC) - timedelta(seconds=1)))
        assert named == wall.replace(tzinfo=UTC) or (leapt and not names_every_hour(cron))
