"""The first page's words for work: what waits, what is late, which machines work, what happens next."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.events.models import Event
from opsflows.queue.models import WorkerHeartbeat
from opsflows.runs.models import QueueItem
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.models import ScheduleState
from tests.admin.test_home import HOUR, said
from tests.admin.world import World


def test_what_waits_in_words(admin: Client, alpha: World, beta: World) -> None:
    # The neighbour's comes first, and is none of ours.
    beta.run(beta.workflow("w"), None)
    QueueItem.objects.update(scheduled_at=timezone.now() + HOUR)
    for _ in range(3):
        alpha.run(alpha.workflow("w"), None)
    moment = timezone.now() + 2 * HOUR + HOUR / 2
    QueueItem.objects.filter(account=alpha.account).update(scheduled_at=moment)
    assert "3 runs wait, the next goes on in 2 h. The oldest began" in said(admin)


@pytest.mark.parametrize(
    ("late", "sentence"), [(0, ""), (90, "2 runs are due, and no worker has taken them: late by 1 min.")]
)
def test_work_that_nobody_takes(admin: Client, alpha: World, beta: World, late: int, sentence: str) -> None:
    for world in (alpha, alpha, beta):
        world.run(world.workflow("w"), None, status="running")
    QueueItem.objects.update(status="queued", scheduled_at=timezone.now() - datetime.timedelta(seconds=late))
    text = said(admin)
    assert sentence in text
    assert ("no worker has taken" in text) == bool(sentence)
    assert "2 runs are under way." in text


def test_events_that_nobody_hands_over(admin: Client, alpha: World, beta: World) -> None:
    moment = timezone.now() - datetime.timedelta(minutes=5, seconds=1)
    for world in (alpha, beta):
        world.event(routed_at=None, received_at=moment)
    assert "1 event waits to be handed over, the first since 5 min." in said(admin)
    Event.objects.update(received_at=timezone.now())
    assert "to be handed over" not in said(admin)


def heartbeat(host: str, slot: int, **fields: Any) -> None:
    now = timezone.now()
    fields = {"started_at": now - HOUR / 3, "beat_at": now} | fields
    WorkerHeartbeat.objects.create(supervisor=host, slot=slot, host=host, pid=slot, **fields)


def test_workers_by_machine(admin: Client) -> None:
    now = timezone.now()
    heartbeat("one", 0)
    heartbeat("one", 0, retiring=True)
    heartbeat("one", 1)
    heartbeat("two", 0, beat_at=now - datetime.timedelta(minutes=7, seconds=1))
    heartbeat("three", 0, stopped_at=now)
    text = said(admin)
    assert "one 2 workers, for 20 min" in text
    assert "two nothing heard for 7 min" in text
    assert "three" not in text
    assert "No worker is alive" not in text


@pytest.mark.parametrize(("minutes", "since"), [(40, "40 min"), (61, "more than an hour")])
def test_a_machine_is_as_old_as_the_first_of_its_workers(admin: Client, minutes: int, since: str) -> None:
    began = timezone.now() - datetime.timedelta(minutes=minutes, seconds=1)
    heartbeat("one", 0, started_at=began, stopped_at=began + datetime.timedelta(minutes=1))
    heartbeat("one", 0)
    assert f"one 1 worker, for {since}" in said(admin)


def test_only_silent_workers_are_none(admin: Client) -> None:
    heartbeat("one", 0, beat_at=timezone.now() - datetime.timedelta(minutes=7, seconds=1))
    assert "No worker is alive. The last one was heard 7 min ago." in said(admin)


def test_schedules_by_their_next_time(admin: Client, alpha: World, beta: World) -> None:
    now = timezone.now()
    for world, name, hours in ((alpha, "Late report", 5), (alpha, "Early report", 2), (beta, "Foreign report", 1)):
        fields = {"actor": world.actor, "cron": "0 7 * * *", "now": now}
        schedule = create_schedule(name=name, event_name="report.daily", **fields)
        moment = now + (hours + 0.5) * HOUR
        ScheduleState.objects.filter(pk=schedule.pk).update(next_fire_at=moment)
    assert "Early report fires in 2 h scheduleLate report fires in 5 h" in said(admin)
    assert "Foreign" not in said(admin)
