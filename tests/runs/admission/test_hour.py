"""The arithmetic of the hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.runs.admission.hour import EXACT, HOUR, Action, Hour

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACTIONS: list[Action] = ["queue", "delay", "drop"]
# What comes in bursts, in a steady flow, after long silence, and with a clock that runs a little back.
gaps = st.lists(
    st.one_of(st.just(0), st.integers(0, 900), st.integers(1000, 9000), st.floats(-0.5, 2)), min_size=1, max_size=120
)


def arrivals(seconds: list[float]) -> list[datetime]:
    moment, found = NOON, []
    for gap in seconds:
        moment += timedelta(seconds=gap)
        found.append(moment)
    return found


def most_in_an_hour(starts: list[datetime]) -> int:
    return max((sum(1 for other in starts if start <= other < start + HOUR) for start in starts), default=0)


@given(gaps=gaps, limit=st.integers(1, 12), action=st.sampled_from(ACTIONS))
def test_no_hour_holds_more_than_the_limit_and_nothing_overtakes(gaps: list[float], limit: int, action: Action) -> None:
    hour = Hour(limit, action)
    given = []
    for now in arrivals(gaps):
        start = hour.next(now)
        # Every start goes through the database and back.
        hour = Hour.of(hour.stored(), limit=limit, action=action)
        assert start is not None or action == "drop"
        if start is not None:
            assert start >= now
            given.append(start)
    assert most_in_an_hour(given) <= limit
    assert given == sorted(given)
    if action == "delay":
        assert all(later - earlier >= HOUR / limit for earlier, later in pairwise(given))


@given(gaps=gaps, limit=st.integers(1, 12))
def test_whoever_finds_room_does_not_wait(gaps: list[float], limit: int) -> None:
    """Against the plain rule: wait until fewer than `limit` of those before began within the hour."""
    hour, given = Hour(limit, "queue"), list[datetime]()
    for now in arrivals(gaps):
        start = max([now, *given[-1:]])
        if len(given) >= limit:
            start = max(start, given[-limit] + HOUR)
        assert hour.next(now) == start
        given.append(start)


@given(gaps=gaps, limit=st.integers(1, 12))
def test_only_what_is_too_many_is_dropped(gaps: list[float], limit: int) -> None:
    hour, given = Hour(limit, "drop"), list[datetime]()
    for now in arrivals(gaps):
        here = max([now, *given[-1:]])
        is_full = sum(start > here - HOUR for start in given) >= limit
        start = hour.next(now)
        assert start == (None if is_full else here)
        given += [start] if start else []


@pytest.mark.parametrize("action", ["queue", "delay"])
def test_a_large_limit_is_kept_with_little_to_remember(action: Action) -> None:
    limit = EXACT * 5
    hour, given = Hour(limit, action), []
    for number in range(limit * 3):
        start = hour.next(NOON + timedelta(seconds=number * 0.7))
        assert start is not None
        given.append(start)
    ordered = [start.timestamp() for start in given]
    assert ordered == sorted(ordered)
    assert all(later - earlier >= 3600 for earlier, later in zip(ordered, ordered[limit:], strict=False))
    assert len(hour.stored()) <= 2 * EXACT + 2
    # Places become free late by seconds, not by minutes.
    assert given[-1] - given[0] < timedelta(hours=3, minutes=2)


def test_another_way_or_limit_goes_on_from_what_was_given_out() -> None:
    hour = Hour(3, "queue")
    assert [hour.next(NOON) for _ in range(4)] == [NOON, NOON, NOON, NOON + HOUR]
    spread = Hour.of(hour.stored(), limit=4, action="delay")
    assert spread.next(NOON) == NOON + HOUR + timedelta(minutes=15)
    dropping = Hour.of(spread.stored(), limit=4, action="drop")
    assert dropping.next(NOON) is None
