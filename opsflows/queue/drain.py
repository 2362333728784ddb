"""The resident task of django-q2: for a minute, do whatever work the lanes find; then hand over to a successor."""

import logging
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django_q.tasks import async_task

from opsflows.queue import clock
from opsflows.queue.calls import CallPool
from opsflows.queue.ears import Ears, open_ears
from opsflows.queue.heartbeat import Heart, take_slot
from opsflows.queue.lanes import Lane, Worker, lane_classes
from opsflows.queue.rescue import declare_dead, rescue

logger = logging.getLogger(__name__)

#: A drain's life in seconds. Life + the longest call (60 s) must stay below Q_CLUSTER's timeout.
LIFE = 60
#: The successor is called this long before the end, so that it stands ready when the slot comes free.
OVERLAP = 1
#: The longest a drain rests when nothing rings: what a lost ring costs.
POLL = 0.5
RESCUE_EVERY = 2


def enqueue_drain(*, supervisor: str, slot: int) -> None:
    """Ask django-q2 for a drain. Asking twice does no harm: a slot has one drain."""
    async_task("opsflows.queue.drain.drain", supervisor, slot, group="drain", save=False)


def drain(supervisor: str, slot: int) -> str:
    """Entry point for django-q2; returns what became of it, for q2's own log."""
    clock.compare()
    worker_id = _wait_for_slot(supervisor, slot)
    if worker_id is None:
        return "the slot is taken"
    try:
        return _work_for_a_while(worker_id, supervisor=supervisor, slot=slot)
    finally:
        # However it ended, the slot comes free; so does what was claimed between being declared dead and hearing of it.
        declare_dead([worker_id], now=clock.now())


def _work_for_a_while(worker_id: uuid.UUID, *, supervisor: str, slot: int) -> str:
    ears = open_ears()
    worker = Worker(id=worker_id, pool=CallPool(threads=settings.OPSFLOWS_CALL_THREADS, wake=ears.wake))
    lanes = [lane_class(worker) for lane_class in lane_classes()]
    heart = Heart(worker, lanes)
    heart.start()
    try:
        with _stop_signal() as stop:
            _loop(lanes, worker, heart, ears, stop, supervisor=supervisor, slot=slot)
    finally:
        for lane in lanes:
            lane.close()
        worker.pool.close()
        ears.close()
        heart.stop()
    return "lost its slot" if heart.lost.is_set() else "done"


def _wait_for_slot(supervisor: str, slot: int) -> uuid.UUID | None:
    """The slot, as soon as its present drain leaves it; None when that one stays."""
    end = time.monotonic() + 3 * OVERLAP
    while time.monotonic() < end:
        if (worker_id := take_slot(supervisor=supervisor, slot=slot, now=clock.now())) is not None:
            return worker_id
        time.sleep(0.02)
    return None


def _loop(
    lanes: list[Lane], worker: Worker, heart: Heart, ears: Ears, stop: "StopSignal", *, supervisor: str, slot: int
) -> None:
    born = time.monotonic()
    next_rescue = born
    successor_called = retired = False
    while not heart.lost.is_set():
        moment = time.monotonic()
        try:
            if not successor_called and moment - born > LIFE - OVERLAP and not worker.stopping.is_set():
                successor_called = True
                enqueue_drain(supervisor=supervisor, slot=slot)
            if stop.requested or moment - born > LIFE:
                worker.stopping.set()
            if worker.stopping.is_set():
                if not retired:
                    heart.retire()
                    retired = True
                if not any(lane.held for lane in lanes):
                    return
            if moment >= next_rescue and heart.may_judge:
                next_rescue = moment + RESCUE_EVERY
                rescue(now=clock.now(), beside=supervisor)
            worked = _work(lanes)
            # Only a good pass counts as a sign of life: a drain whose every pass fails is to be replaced, and seen.
            heart.loop_seen = time.monotonic()
            if not worked:
                # One that stops promotes nothing, so what falls due meanwhile is no reason to hurry.
                ears.wait(POLL if worker.stopping.is_set() else _rest(lanes, clock.now()))
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database is away (%s); what is in hand is kept.", str(error).strip())
            connection.close()
            heart.loop_seen = time.monotonic()
            ears.wait(0.3)
        except Exception:
            logger.exception("A lane failed; the drain goes on.")
            ears.wait(1)


def _work(lanes: list[Lane]) -> bool:
    worked = False
    for lane in lanes:
        # Each lane has a moment of its own, so that what it records took the time it took.
        worked = lane.work(clock.now()) or worked
    return worked


def _rest(lanes: list[Lane], now: datetime) -> float:
    """Seconds until the next row falls due, at most `POLL`."""
    dues = [due for lane in lanes if (due := lane.next_due(now)) is not None]
    if not dues:
        return POLL
    return min(POLL, max(0.0, (min(dues) - now) / timedelta(seconds=1)))


class StopSignal:
    """Whether SIGUSR1 came. A plain attribute: a handler that took a lock could take one its own thread holds."""

    requested = False


@contextmanager
def _stop_signal() -> Iterator[StopSignal]:
    """Signals are delivered to the main thread, which is the one that q2 runs tasks in."""
    stop = StopSignal()

    def note(signum: int, frame: object) -> None:
        stop.requested = True

    before = signal.signal(signal.SIGUSR1, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGUSR1, before)
