"""Connections kept open between calls, shared by all threads of one process."""

import threading
import time

from opsflows.outbound.connection import Connection

Origin = tuple[str, str, int]


class ConnectionPool:
    """Idle connections by origin, the one used last on top.

    Never makes anyone wait: who finds none opens one, and what is too many is closed when it comes back.

    Attributes of use:
        per_origin, total: how many idle connections are kept.
        idle_seconds: how long; receivers close idle connections after 5 s and more, and one closed while a request
            is on its way leaves it unclear whether the request arrived.
        max_age: seconds after which a connection is replaced, so that a changed DNS answer is followed.
    """

    def __init__(self, *, per_origin: int, total: int, idle_seconds: float, max_age: float) -> None:
        self._per_origin = per_origin
        self._total = total
        self._idle_seconds = idle_seconds
        self._max_age = max_age
        self._lock = threading.Lock()
        self._idle: dict[Origin, list[Connection]] = {}
        self._count = 0
        self._next_sweep = 0.0
        self._closed = False

    def take(self, origin: Origin) -> Connection | None:
        """An idle connection to `origin` that looks alive, or None."""
        while True:
            with self._lock:
                stack = self._idle.get(origin)
                if not stack:
                    return None
                connection = stack.pop()
                self._count -= 1
            if self._is_fresh(connection, time.monotonic()) and not connection.is_dropped():
                return connection
            connection.close()

    def give_back(self, connection: Connection) -> None:
        """Keep `connection` for another call, if it is fit for one and there is room."""
        now = time.monotonic()
        connection.idle_since = now
        surplus = [connection]
        with self._lock:
            if now >= self._next_sweep:
                surplus += self._sweep(now)
            if connection.reusable and not self._closed and self._count < self._total:
                stack = self._idle.setdefault(connection.target.origin, [])
                if len(stack) < self._per_origin:
                    stack.append(connection)
                    self._count += 1
                    del surplus[0]
        for unwanted in surplus:
            unwanted.close()

    def close(self) -> None:
        """Close what is idle now, and whatever comes back later."""
        with self._lock:
            self._closed = True
            connections = [connection for stack in self._idle.values() for connection in stack]
            self._idle.clear()
            self._count = 0
        for connection in connections:
            connection.close()

    def _is_fresh(self, connection: Connection, now: float) -> bool:
        return now - connection.idle_since < self._idle_seconds and now - connection.opened < self._max_age

    def _sweep(self, now: float) -> list[Connection]:
        """Take out what nobody will use again, so that the sockets of receivers long forgotten are closed."""
        self._next_sweep = now + self._idle_seconds
        stale = []
        for origin, stack in list(self._idle.items()):
            stale += [connection for connection in stack if not self._is_fresh(connection, now)]
            kept = [connection for connection in stack if self._is_fresh(connection, now)]
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        self._count -= len(stale)
        return stale
