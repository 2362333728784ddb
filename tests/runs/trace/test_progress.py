"""How far a fork is, from its one row."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opsflows.runs.models import Fork
from opsflows.runs.trace.progress import progress_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fork(**fields: Any) -> Fork:
    return Fork(id=uuid.uuid4(), node_id="list", **{"total": 100, "started_at": NOW - timedelta(minutes=1)} | fields)


@pytest.mark.parametrize(
    ("fields", "left", "seconds"),
    [
        ({"launched": 10, "done": 8, "failed": 2}, 90, 540),
        # Whatever ended counts, however it ended.
        ({"launched": 60, "done": 20, "failed": 20, "dropped": 10}, 50, 60),
        ({"launched": 5}, 100, None),
        ({"launched": 5, "done": 1, "started_at": NOW}, 99, None),
        ({"launched": 100, "done": 100, "status": "joined"}, 0, None),
        # Decided early: nobody waits for the rest.
        ({"launched": 10, "done": 3, "dropped": 7, "status": "joined"}, 0, None),
        # At this rate it would take centuries.
        ({"total": 40_000, "launched": 1, "done": 1, "started_at": NOW - timedelta(days=3000)}, 39_999, None),
    ],
)
def test_what_is_left_and_for_how_long(fields: dict[str, Any], left: int, seconds: int | None) -> None:
    progress = progress_of(fork(**fields))
    assert progress.left == left
    assert progress.time_left(NOW) == (None if seconds is None else timedelta(seconds=seconds))


def test_under_way_and_never_begun() -> None:
    running = progress_of(fork(launched=12, done=3, failed=1, dropped=2))
    assert (running.over, running.under_way, running.never_begun) == (6, 6, 0)
    over = progress_of(fork(launched=12, done=3, failed=1, dropped=8, status="joined"))
    assert (over.under_way, over.never_begun) == (0, 88)
