"""How a drain waits for work: woken by NOTIFY on PostgreSQL, by a glance at the file's version on SQLite."""

import logging
import threading
import time

from django.db import DatabaseError, connection

from opsflows.queue.bell import CHANNEL, connect_parameters

logger = logging.getLogger(__name__)

#: Seconds between two glances at SQLite's data version; a glance takes some ten microseconds.
GLANCE = 0.01


class Ears:
    """Waits until something was committed elsewhere, or a call of our own came back."""

    def __init__(self) -> None:
        self.wake = threading.Event()

    def open(self) -> None:
        """Start to listen."""

    def wait(self, seconds: float) -> None:
        """Return when woken, or after `seconds` at the latest."""
        self.wake.wait(seconds)
        self.wake.clear()

    def close(self) -> None:
        """Stop listening."""


class PostgresEars(Ears):
    """LISTEN on a connection of its own, in autocommit, reconnecting for ever; polling stands behind it."""

    def __init__(self) -> None:
        super().__init__()
        self._closed = threading.Event()
        self._parameters = connect_parameters()
        self._thread = threading.Thread(target=self._listen, name="ears", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        import psycopg

        while not self._closed.is_set():
            try:
                with psycopg.connect(**self._parameters, autocommit=True) as link:
                    link.execute(f"LISTEN {CHANNEL}")
                    self.wake.set()  # What was rung while nobody listened.
                    while not self._closed.is_set():
                        for _ in link.notifies(timeout=1, stop_after=1):
                            self.wake.set()
            except psycopg.Error as error:
                logger.warning("Listening was interrupted (%s); trying again.", error)
                self._closed.wait(1)


class SQLiteEars(Ears):
    """SQLite cannot notify, but tells at the price of a memory read whether another connection has committed."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: int | None = None

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.wake.wait(GLANCE) or self._changed():
                break
        self.wake.clear()

    def _changed(self) -> bool:
        try:
            with connection.cursor() as cursor:
                version = cursor.execute("PRAGMA data_version").fetchone()[0]
        except DatabaseError:
            # The loop finds out by itself; here it must not be hurried.
            return False
        changed: bool = version != self._seen
        self._seen = version
        return changed


def open_ears() -> Ears:
    """The ears that fit the database."""
    ears = PostgresEars() if connection.vendor == "postgresql" else SQLiteEars()
    ears.open()
    return ears
