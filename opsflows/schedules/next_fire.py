"""When a schedule fires next, as its state says."""

from datetime import datetime, timedelta

from opsflows.schedules.fire_times import next_fire_time
from opsflows.schedules.models import Schedule, ScheduleState

_INSTANT = timedelta(microseconds=1)


def next_of(schedule: Schedule, *, after: datetime) -> datetime | None:
    """The first fire behind `after`, within what the schedule's start and end allow; None where it is off or over."""
    if not schedule.is_active:
        return None
    return next_fire_time(schedule.cron, schedule.place, after=from_start(schedule, after), until=schedule.ends_at)


def begin_anew(state: ScheduleState, schedule: Schedule, *, now: datetime) -> None:
    """Count from `now` on: nothing that fell due before is made up. Not saved; the caller holds the lock of `state`."""
    state.handled_until, state.problem = now, ""
    state.next_fire_at = next_of(schedule, after=now)


def from_start(schedule: Schedule, after: datetime) -> datetime:
    """`after`, or the last moment before the schedule's start where that lies later."""
    return after if schedule.starts_at is None else max(after, schedule.starts_at - _INSTANT)
