"""The doorbell: tells waiting drains that a commit left work behind. Losing a ring costs latency, never work."""

import logging
import os
import threading
from typing import Any

from django.db import connection, transaction

logger = logging.getLogger(__name__)

CHANNEL = "opsflows_work"
#: Rings within this many seconds become one NOTIFY: each of them takes a lock that serialises commits.
QUIET = 0.004


class Bell:
    """Sends NOTIFY from a thread and a connection of its own, after the commit that it tells of."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.pid = os.getpid()

    def ring(self) -> None:
        """Return at once; the drains hear of it within a few milliseconds."""
        self._rung.set()
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                    self._thread.start()

    def close(self) -> None:
        """Hang the bell up: its thread ends and its connection with it."""
        self._closed = True
        self._rung.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        import psycopg

        link: psycopg.Connection | None = None
        pause = threading.Event()
        while self._rung.wait() and not self._closed:
            self._rung.clear()
            try:
                if link is None or link.closed:
                    link = psycopg.connect(**connect_parameters(), autocommit=True)
                link.execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error as error:
                logger.warning("The doorbell did not ring (%s); the drains will find the work by polling.", error)
                link = None
                pause.wait(1)
            pause.wait(QUIET)
        if link is not None:
            link.close()


_bell = Bell()


def ring() -> None:
    """Wake the drains once the current transaction (if any) is committed. SQLite's drains watch the file instead."""
    if connection.vendor != "postgresql":
        return
    if connection.in_atomic_block:
        transaction.on_commit(_ring_now)
    else:
        _ring_now()


def _ring_now() -> None:
    global _bell
    if _bell.pid != os.getpid():
        # A fork copies the object but not its thread.
        _bell = Bell()
    _bell.ring()


def connect_parameters() -> dict[str, Any]:
    """Parameters for a plain connection beside Django's, in the same database."""
    of_django = {"cursor_factory", "context", "prepare_threshold"}
    return {name: value for name, value in connection.get_connection_params().items() if name not in of_django}
