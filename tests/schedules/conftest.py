"""Schedules of an account in Berlin, and a lane that works on a clock of the test's own."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.queue.calls import CallPool
from opsflows.queue.lanes import Worker
from opsflows.schedules import lane as lane_module
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.lane import SchedulesLane
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from tests.runs.conftest import account, actor, engine, live

__all__ = ["account", "actor", "engine", "live"]

#: A Monday, 09:00 in Berlin.
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def moment(text: str) -> datetime:
    """In UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def make(actor: Actor) -> Callable[..., Schedule]:
    """`make(cron, …)`: a schedule that sends `report.daily`, unless told otherwise, made at `NOW`."""

    def make(cron: str = "0 7 * * *", *, now: datetime = NOW, **fields: Any) -> Schedule:
        if "workflow_id" not in fields:
            fields = {"event_name": "report.daily"} | fields
        return create_schedule(actor=actor, now=now, **({"name": f"Schedule {uuid.uuid4()}", "cron": cron} | fields))

    return make


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], bool]:
    """`work(now)`: a worker's lane looks at that moment; whether there was something to do."""
    monkeypatch.setattr(lane_module, "LOOK_EVERY", 0)
    lane = new_lane()
    return lane.work


def new_lane() -> SchedulesLane:
    return SchedulesLane(Worker(id=uuid.uuid4(), pool=CallPool(threads=1, wake=None)))  # type: ignore[arg-type]


def fires(schedule: Schedule) -> list[tuple[str, str]]:
    """What a schedule did: times (UTC) and outcomes, in the order in which they were noted."""
    rows = ScheduleFire.objects.filter(schedule=schedule).order_by("id")
    return [(f"{row.fire_time:%d %H:%M}", row.outcome) for row in rows]


def next_of(schedule: Schedule) -> str | None:
    at = ScheduleState.objects.get(pk=schedule.pk).next_fire_at
    return None if at is None else f"{at:%Y-%m-%d %H:%M}"
