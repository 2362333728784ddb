"""A drain's sign of life: written every second by a thread of its own, read by rescue, /readyz and the supervisor."""

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, connection

from opsflows.queue import clock
from opsflows.queue.lanes import Lane, Worker
from opsflows.queue.models import WorkerHeartbeat

logger = logging.getLogger(__name__)

BEAT = timedelta(seconds=1)
#: A longer gap than this between two beats is a pause.
PAUSE = timedelta(seconds=3)
#: Without a beat for so long a worker counts as dead, and others take over what it held.
STALE = timedelta(seconds=10)
#: Without a beat for so long a worker sends nothing new, well before anybody else counts it as dead.
MUTE = timedelta(seconds=5)
#: A loop that has not come round for so long is stuck, however lively its heartbeat thread is.
STUCK = timedelta(seconds=30)
LEASE = timedelta(seconds=30)
FORGET = timedelta(hours=1)


def take_slot(*, supervisor: str, slot: int, now: datetime) -> uuid.UUID | None:
    """Become the one live drain of this slot; None while another is. The database holds the "one"."""
    # Ended heartbeats are machine state, not history.
    WorkerHeartbeat.objects.filter(stopped_at__lt=now - FORGET).delete()
    row = WorkerHeartbeat(
        supervisor=supervisor, slot=slot, host=socket.gethostname(), pid=os.getpid(), started_at=now, beat_at=now
    )
    try:
        row.save(force_insert=True)
    except IntegrityError:
        return None
    return row.id


class Heart:
    """Beats until stopped. `lost` is set once somebody else declared this worker dead."""

    def __init__(self, worker: Worker, lanes: Sequence[Lane]) -> None:
        self._worker = worker
        self._lanes = lanes
        self._stop = threading.Event()
        self.lost = threading.Event()
        self.loop_seen = self._last_beat = self._steady_since = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._worker.sure_until = time.monotonic() + MUTE.total_seconds()
        self._thread.start()

    def stop(self) -> None:
        """The last beat: says that this worker ended on purpose."""
        self._stop.set()
        self._thread.join(timeout=5)
        WorkerHeartbeat.objects.filter(id=self._worker.id).update(stopped_at=clock.now())

    @property
    def may_judge(self) -> bool:
        """Whether this worker can tell who else is dead: after an outage everybody's last beat is old, its own too."""
        now = time.monotonic()
        return now - self._last_beat < PAUSE.total_seconds() and now - self._steady_since > STALE.total_seconds()

    def retire(self) -> None:
        """Free the slot for a successor while the calls still out come home."""
        WorkerHeartbeat.objects.filter(id=self._worker.id).update(retiring=True)

    def _run(self) -> None:
        last_renewal = time.monotonic()
        try:
            while not self._stop.wait(BEAT.total_seconds()):
                started = time.monotonic()
                if started - self.loop_seen > STUCK.total_seconds():
                    logger.error("The drain's loop is stuck; its heartbeat stops so that it is replaced.")
                    return
                try:
                    if not self._beat(renew=started - last_renewal > LEASE.total_seconds() / 3):
                        self.lost.set()
                        self._worker.sure_until = 0
                        return
                    if started - last_renewal > LEASE.total_seconds() / 3:
                        last_renewal = started
                    self._note_beat()
                    # Counted from before the statement: that is the moment others will judge us by.
                    self._worker.sure_until = started + MUTE.total_seconds()
                except (DatabaseError, InterfaceError) as error:
                    logger.warning("No heartbeat could be written: %s", error)
                    connection.close()
        finally:
            if not self._stop.is_set():
                # However this thread ended: without it nothing renews the leases, so nothing may be done under them.
                self._worker.sure_until = 0
                self.lost.set()
            connection.close()

    def _note_beat(self) -> None:
        now = time.monotonic()
        if now - self._last_beat > PAUSE.total_seconds():
            self._steady_since = now
        self._last_beat = now

    def _beat(self, *, renew: bool) -> bool:
        clock.compare()
        now = clock.now()
        alive = WorkerHeartbeat.objects.filter(id=self._worker.id, stopped_at=None).update(beat_at=now)
        if alive and renew:
            for lane in self._lanes:
                lane.renew(now + LEASE)
        return bool(alive)
