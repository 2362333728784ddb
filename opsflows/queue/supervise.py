"""The supervisor: keeps one django-q2 cluster and its drains alive, because no part of a cluster can be trusted to.

A kill of one idle q2 process can stall a cluster whose processes all look alive (docs/adr/0004). So the rule is plain:
whenever a slot has had no live drain for `EMPTY` seconds although the database answers, the cluster is ended and
started again; and what a dead drain held is given back as soon as its process is gone.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django_q.conf import Conf

from opsflows.queue import clock
from opsflows.queue.drain import enqueue_drain
from opsflows.queue.heartbeat import STALE
from opsflows.queue.models import WorkerHeartbeat
from opsflows.queue.processes import MARK, is_alive
from opsflows.queue.rescue import declare_dead, rescue
from opsflows.queue.write_lock import end_hung_writer

logger = logging.getLogger(__name__)

TICK = 0.2
#: A slot may be without a drain for so long before the cluster counts as stalled.
EMPTY = 3.0
#: A cluster that was just started gets so long to bring its drains up.
START = 20.0
#: How long drains may bring home their calls after a request to stop.
GRACE = 15.0


class Supervisor:
    """One per `manage.py worker`."""

    def __init__(self, *, drains: int) -> None:
        self.name = f"{socket.gethostname()[:48]}:{os.getpid()}"
        # This process hands tasks to its own cluster and to no other; q2 reads the name from the settings only once.
        Conf.PREFIX = Conf.CLUSTER_NAME = self.name
        self._drains = drains
        self._cluster: subprocess.Popen[bytes] | None = None
        #: A plain attribute: a handler that took a lock could take one its own thread holds.
        self._stopping = False
        self._filled_at: dict[int, float] = {}
        self._asked_at: dict[int, float] = {}
        self._patience_until = 0.0
        #: Drains that live and do not beat, and since when we know.
        self._suspects: dict[uuid.UUID, float] = {}

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self._note_stop)
        signal.signal(signal.SIGINT, self._note_stop)
        try:
            while not self._stopping:
                time.sleep(TICK)
                try:
                    self._tick()
                except (DatabaseError, InterfaceError) as error:
                    # Without the database nobody can tell a stalled drain from a waiting one.
                    logger.warning("The database is away (%s).", str(error).strip())
                    connection.close()
                    # q2 itself takes ten seconds to look at its queue again.
                    self._be_patient(START)
                    self._suspects.clear()
                    self._free_the_file()
        finally:
            self._shut_down()

    def _note_stop(self, signum: int, frame: object) -> None:
        self._stopping = True

    def _tick(self) -> None:
        clock.compare()
        if self._cluster is None or self._cluster.poll() is not None:
            if self._cluster is not None:
                logger.error("The cluster's main process ended; starting another.")
            self._start_cluster()
        rows = list(WorkerHeartbeat.objects.filter(supervisor=self.name, stopped_at=None))
        dead = [row for row in rows if not is_alive(row.pid)]
        if dead:
            declare_dead([row.id for row in dead], now=clock.now())
            for row in dead:
                self._asked_at.pop(row.slot, None)
        self._end_hung([row for row in rows if row not in dead])
        filled = {row.slot for row in rows if row not in dead and not row.retiring}
        moment = time.monotonic()
        for slot in range(self._drains):
            if slot in filled:
                self._filled_at[slot] = moment
                continue
            if moment - self._asked_at.get(slot, 0) > EMPTY / 2:
                self._asked_at[slot] = moment
                enqueue_drain(supervisor=self.name, slot=slot)
            if moment > self._patience_until and moment - self._filled_at.get(slot, 0) > EMPTY:
                logger.error("Slot %d has had no drain for %.0f s; restarting the cluster.", slot, EMPTY)
                self._start_cluster()
                return

    def _end_hung(self, rows: list[WorkerHeartbeat]) -> None:
        """End drains that do not beat although the database takes writes."""
        hung = [row for row in rows if row.beat_at < clock.now() - STALE]
        for row in hung:
            if row.id not in self._suspects:
                # Waits for as long as the database takes no writes; the drain could not beat either, and gets its time.
                WorkerHeartbeat.objects.filter(id=row.id).update(pid=row.pid)
                self._suspects[row.id] = time.monotonic()
            elif time.monotonic() - self._suspects[row.id] > EMPTY:
                logger.error("The drain in process %d does not beat; ending it.", row.pid)
                with suppress(ProcessLookupError):
                    os.kill(row.pid, signal.SIGKILL)
        self._suspects = {row.id: self._suspects[row.id] for row in hung}

    def _free_the_file(self) -> None:
        """A drain that hangs in the middle of a write looks from here as if the database were away."""
        if settings.IS_SQLITE and self._cluster is not None and not self._stopping:
            file = Path(settings.DATABASES["default"]["NAME"])
            end_hung_writer(file, family_of=self._cluster.pid, seconds=STALE.total_seconds(), pause=TICK)

    def _be_patient(self, seconds: float) -> None:
        self._patience_until = max(self._patience_until, time.monotonic() + seconds)

    def _start_cluster(self) -> None:
        self._end_cluster()
        rows = WorkerHeartbeat.objects.filter(supervisor=self.name, stopped_at=None).values_list("id", flat=True)
        declare_dead(rows, now=clock.now())
        self._be_patient(START)
        self._asked_at.clear()
        # A session of its own: Ctrl-C in a terminal reaches the supervisor, which then ends the cluster in order.
        self._cluster = subprocess.Popen(
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "qcluster", "--skip-checks"],
            env={**os.environ, MARK: str(os.getpid()), "OPSFLOWS_CLUSTER": self.name},
            start_new_session=True,
        )

    def _end_cluster(self) -> None:
        if self._cluster is None:
            return
        # Only the main process is killed by id; the kernel ends the others with it (processes.tie_family).
        if self._cluster.poll() is None:
            self._cluster.kill()
        self._cluster.wait()
        self._cluster = None

    def _shut_down(self) -> None:
        """Drains first, so that calls under way are recorded; then the cluster."""
        logger.info("Stopping: waiting for calls under way.")
        try:
            self._stop_drains()
        except DatabaseError:
            logger.warning("The database is away; what is in hand will be rescued by the next worker.")
        if self._cluster is not None and self._cluster.poll() is None:
            self._cluster.terminate()
            try:
                self._cluster.wait(timeout=10)
            except subprocess.TimeoutExpired:
                logger.warning("The cluster did not end in time; ending it.")
        self._end_cluster()
        try:
            rows = WorkerHeartbeat.objects.filter(supervisor=self.name, stopped_at=None).values_list("id", flat=True)
            declare_dead(rows, now=clock.now())
            forget_queue(self.name)
        except DatabaseError:
            logger.warning("The database is away; leases run out by themselves.")

    def _stop_drains(self) -> None:
        end = time.monotonic() + GRACE
        told: set[int] = set()
        while time.monotonic() < end:
            rows = WorkerHeartbeat.objects.filter(supervisor=self.name, stopped_at=None)
            pids = {row.pid for row in rows if is_alive(row.pid)}
            if not pids:
                return
            for pid in pids - told:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGUSR1)
            told |= pids
            time.sleep(0.05)


def forget_queue(name: str) -> None:
    """Delete the wake-up tasks addressed to a supervisor that is no more; they carry no work."""
    from django_q.models import OrmQ

    OrmQ.objects.filter(key=name).delete()


def take_over(*, host: str) -> None:
    """At start: release what ended processes of this machine left behind, without waiting for their leases."""
    clock.compare()
    rows = WorkerHeartbeat.objects.filter(host=host, stopped_at=None)
    dead = [row for row in rows if not is_alive(row.pid)]
    if dead:
        declare_dead([row.id for row in dead], now=clock.now())
        for name in {row.supervisor for row in dead}:
            if not is_alive(int(name.rpartition(":")[2])):
                forget_queue(name)
    rescue(now=clock.now())
