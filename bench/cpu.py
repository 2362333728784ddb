"""CPU time of a stack's processes, and of PostgreSQL's processes for its database."""

import psutil

from tests.processes.database import PostgresDatabase
from tests.processes.stack import Stack


class Meter:
    """Started when it is made. Processes that end in between are left out."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._start = self._read()

    def per(self, events: int) -> dict[str, float]:
        """Core-milliseconds for each of `events`, by part."""
        spent: dict[str, float] = {}
        for (part, pid), seconds in self._read().items():
            spent[part] = spent.get(part, 0.0) + seconds - self._start.get((part, pid), 0.0)
        return {part: seconds * 1000 / events for part, seconds in spent.items()}

    def _read(self) -> dict[tuple[str, int], float]:
        found = {}
        for part, pids in self._pids().items():
            for pid in pids:
                try:
                    times = psutil.Process(pid).cpu_times()
                except psutil.NoSuchProcess:
                    continue
                found[part, pid] = times.user + times.system
        return found

    def _pids(self) -> dict[str, list[int]]:
        parts = {name: [process.pid for process in self._stack.family(name)] for name in self._stack.processes}
        database = self._stack.database
        if isinstance(database, PostgresDatabase):
            query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            parts["postgresql"] = [pid for (pid,) in database.rows(query)]
        return parts
