"""Fire what is due: claimed by row locks, each schedule in a savepoint of its own, so that none blocks the others."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min, QuerySet

from opsflows.queue.transient import is_transient
from opsflows.schedules.fire import NotFired, fire, note
from opsflows.schedules.missed import MOST_COUNTED, Missed, due
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from opsflows.schedules.next_fire import begin_anew, from_start, next_of

logger = logging.getLogger(__name__)

#: Schedules fired in one commit at most.
BATCH = 20
#: A state that is so far ahead of the clock was written by one that was wrong.
FAR_AHEAD = timedelta(minutes=10)


def fire_due(*, now: datetime) -> int:
    """Fire up to `BATCH` schedules that are due; how many were looked after.

    A database error that passes is raised, and then nothing was done.
    """
    if not _due(now).exists():
        return 0
    with transaction.atomic():
        rows = _due(now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        states = list(rows.order_by("next_fire_at")[:BATCH])
        schedules = Schedule.objects.select_related("account", "workflow").in_bulk([state.pk for state in states])
        for state in states:
            _look_after(schedules[state.pk], state, now)
    return len(states)


def next_due(*, after: datetime) -> datetime | None:
    """When the next schedule falls due behind `after`, if any."""
    waiting = ScheduleState.objects.filter(next_fire_at__gt=after)
    moment: datetime | None = waiting.aggregate(due=Min("next_fire_at"))["due"]
    return moment


def set_clocks_right(*, now: datetime) -> int:
    """Let those count from `now` that a clock which ran far ahead had put off; how many.

    Where one of their times has been fired already, it is not fired again.
    """
    ahead = ScheduleState.objects.filter(handled_until__gt=now + FAR_AHEAD)
    if not ahead.exists():
        return 0
    with transaction.atomic():
        states = list(ahead.select_for_update())
        schedules = Schedule.objects.in_bulk([state.pk for state in states])
        for state in states:
            begin_anew(state, schedules[state.pk], now=now)
            state.save(update_fields=["handled_until", "next_fire_at", "problem"])
    return len(states)


def _due(now: datetime) -> QuerySet[ScheduleState]:
    return ScheduleState.objects.filter(next_fire_at__lte=now)


def _look_after(schedule: Schedule, state: ScheduleState, now: datetime) -> None:
    try:
        with transaction.atomic():
            _make_fires(schedule, state, now)
            state.handled_until = max(now, state.handled_until)
            state.next_fire_at = next_of(schedule, after=state.handled_until)
            state.save()
    except Exception as error:
        if is_transient(error):
            raise
        logger.exception("Schedule %s cannot be fired; it stands still.", schedule.pk)
        problem = f"{type(error).__name__}: {error}"
        ScheduleState.objects.filter(pk=schedule.pk).update(next_fire_at=None, handled_until=now, problem=problem)


def _make_fires(schedule: Schedule, state: ScheduleState, now: datetime) -> None:
    found = due(
        schedule.cron,
        schedule.place,
        after=from_start(schedule, state.handled_until),
        until=now if schedule.ends_at is None else min(now, schedule.ends_at),
        now=now,
        policy=schedule.misfire,
        grace=schedule.grace,
    )
    times = [*found.fires, *([found.missed.last] if found.missed else [])]
    noted = set(ScheduleFire.objects.filter(schedule=schedule, fire_time__in=times).values_list("fire_time", flat=True))
    if found.missed and found.missed.last not in noted:
        _leave_out(schedule, found.missed, now)
    for fire_time in found.fires:
        if fire_time not in noted:
            _fire(schedule, fire_time, now)
        state.last_fire_at = fire_time


def _fire(schedule: Schedule, fire_time: datetime, now: datetime) -> None:
    try:
        fire(schedule, fire_time=fire_time, now=now)
    except NotFired as refused:
        reason = str(refused)
    except Exception as error:
        if is_transient(error):
            raise
        logger.exception("Schedule %s could not be fired.", schedule.pk)
        reason = f"{type(error).__name__}: {error}"
    else:
        return
    note(schedule, fire_time=fire_time, now=now, outcome=ScheduleFire.Outcome.ERROR, detail=reason)


def _leave_out(schedule: Schedule, missed: Missed, now: datetime) -> None:
    first, last = (f"{moment.astimezone(schedule.place):%Y-%m-%d %H:%M}" for moment in (missed.first, missed.last))
    if missed.count == 1:
        detail = f"The fire of {last} ({schedule.zone}) was missed while no worker ran, and is not made up."
    else:
        count = f"{missed.count:,}{' or more' if missed.count >= MOST_COUNTED else ''}"
        detail = (
            f"{count} fires, from {first} to {last} ({schedule.zone}), were missed while no worker ran, and are not "
            "made up."
        )
    note(
        schedule,
        fire_time=missed.last,
        now=now,
        outcome=ScheduleFire.Outcome.SKIPPED,
        detail=detail,
        missed=missed.count,
    )
