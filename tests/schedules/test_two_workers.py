"""Several workers at once, on real connections: PostgreSQL's locks decide."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from opsflows.accounts.actor import Actor
from opsflows.events.models import Event
from opsflows.schedules.change_schedule import change_schedule, delete_schedule
from opsflows.schedules.fire_due import fire_due
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from tests.schedules.conftest import moment, next_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SEVEN = moment("2026-03-03T06:00")
CROWD = 4


def meanwhile(act: Callable[[], object]) -> None:
    """`act`, on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    assert not thread.is_alive()


def test_a_crowd_of_workers_fires_each_schedule_once(make: Callable[..., Schedule]) -> None:
    for _ in range(30):
        make()
    start = threading.Barrier(CROWD)

    def work(_: int) -> int:
        try:
            start.wait()
            looked_after = 0
            # By clocks that are a little apart, as those of several machines are.
            for step in range(40):
                looked_after += fire_due(now=SEVEN + timedelta(milliseconds=step))
            return looked_after
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as pool:
        assert sum(pool.map(work, range(CROWD))) == 30
    assert Event.objects.count() == 30
    counted = Counter(ScheduleFire.objects.values_list("schedule", "fire_time", "outcome"))
    assert len(counted) == 30
    assert set(counted.values()) == {1}


def test_what_another_worker_holds_is_passed_over(make: Callable[..., Schedule]) -> None:
    held, free = make(), make()
    with transaction.atomic():
        ScheduleState.objects.select_for_update().get(pk=held.pk)
        meanwhile(lambda: fire_due(now=SEVEN))
        assert list(ScheduleFire.objects.values_list("schedule", flat=True)) == [free.pk]
    assert fire_due(now=SEVEN) == 1
    assert Event.objects.count() == 2


def test_who_changes_a_schedule_waits_for_its_fire_and_the_fire_goes_by_what_was_saved(
    make: Callable[..., Schedule], actor: Actor
) -> None:
    schedule = make()
    changed = threading.Thread(
        target=lambda: (
            change_schedule(actor=actor, schedule=schedule, cron="0 9 * * *", now=SEVEN),
            connection.close(),
        )
    )
    with transaction.atomic():
        fire_due(now=SEVEN)
        changed.start()
        changed.join(timeout=0.3)
        assert changed.is_alive()
    changed.join(timeout=30)
    assert Event.objects.count() == 1
    assert next_of(schedule) == "2026-03-03 08:00"


def test_what_was_deleted_does_not_fire(make: Callable[..., Schedule], actor: Actor) -> None:
    schedule = make()
    with transaction.atomic():
        delete_schedule(actor=actor, schedule=schedule, now=SEVEN)
        meanwhile(lambda: fire_due(now=SEVEN))
    assert fire_due(now=SEVEN) == 0
    assert not Event.objects.exists()
