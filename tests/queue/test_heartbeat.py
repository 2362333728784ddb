"""One live drain per slot; the dead are found, and what they held comes free."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from opsflows.queue.calls import CallPool
from opsflows.queue.heartbeat import STALE, Heart, take_slot
from opsflows.queue.lanes import Worker
from opsflows.queue.models import WorkerHeartbeat
from opsflows.queue.rescue import declare_dead, rescue

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_slot_has_one_drain() -> None:
    first = take_slot(supervisor="host:1", slot=0, now=NOW)
    assert first is not None
    assert take_slot(supervisor="host:1", slot=0, now=NOW) is None
    assert take_slot(supervisor="host:1", slot=1, now=NOW) is not None
    WorkerHeartbeat.objects.filter(id=first).update(retiring=True)
    assert take_slot(supervisor="host:1", slot=0, now=NOW) is not None


def test_the_silent_are_declared_dead_and_the_lively_are_not() -> None:
    silent = take_slot(supervisor="host:1", slot=0, now=NOW - STALE - timedelta(seconds=1))
    lively = take_slot(supervisor="host:2", slot=0, now=NOW)
    rescue(now=NOW)
    assert WorkerHeartbeat.objects.get(id=silent).stopped_at == NOW
    assert WorkerHeartbeat.objects.get(id=lively).stopped_at is None


def test_one_declared_dead_finds_out_and_sends_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opsflows.queue.heartbeat.BEAT", timedelta(milliseconds=5))
    worker_id = take_slot(supervisor="host:1", slot=0, now=timezone.now())
    assert worker_id is not None
    worker = Worker(id=worker_id, pool=CallPool(threads=1, wake=threading.Event()))
    heart = Heart(worker, [])
    heart.start()
    declare_dead([worker_id], now=timezone.now())
    assert heart.lost.wait(10)
    assert not worker.may_send
    heart.stop()
    worker.pool.close()


def test_declaring_dead_twice_or_a_stranger_does_no_harm() -> None:
    worker_id = take_slot(supervisor="host:1", slot=0, now=NOW)
    assert worker_id is not None
    declare_dead([worker_id, uuid.uuid4()], now=NOW)
    declare_dead([worker_id], now=NOW + timedelta(hours=1))
    assert WorkerHeartbeat.objects.get(id=worker_id).stopped_at == NOW
