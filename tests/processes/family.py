"""Which process is what, in a worker and a web server: django-q2 itself does not say."""

from collections import Counter

import psutil

from tests.processes.stack import Stack

SUPERVISOR, CLUSTER, SENTINEL = "supervisor", "cluster main", "sentinel"
PUSHER, MONITOR, IDLE, DRAIN = "pusher", "monitor", "idle worker", "drain"
WEB_MASTER, WEB_WORKER = "web master", "web worker"
ROLES = (SUPERVISOR, CLUSTER, SENTINEL, PUSHER, MONITOR, IDLE, DRAIN, WEB_MASTER, WEB_WORKER)
#: A pool has so many workers beyond its drains (settings.Q_CLUSTER).
SPARE_WORKERS = 2
_WORKER = "pool worker"


class Family:
    """The processes of a stack by role. It remembers what it saw, so look often."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        drains = int(stack.environment.get("OPSFLOWS_DRAINS", 2 if stack.database.vendor == "postgresql" else 1))
        self._pool = [_WORKER] * (drains + SPARE_WORKERS) + [MONITOR, PUSHER]
        self._known: dict[int, str] = {}

    def members(self) -> dict[str, list[int]]:
        """Process ids by role, of whatever is there at the moment."""
        found: dict[str, list[int]] = {role: [] for role in ROLES}
        try:
            self._add_worker(found)
            self._add_web(found)
        except psutil.NoSuchProcess:
            # It ended while we looked; whoever needs more looks again.
            pass
        return found

    def _add_worker(self, found: dict[str, list[int]]) -> None:
        supervisor = self._stack.processes["worker"]
        if supervisor.poll() is not None:
            return
        found[SUPERVISOR].append(supervisor.pid)
        for cluster in supervisor.children():
            found[CLUSTER].append(cluster.pid)
            for sentinel in cluster.children():
                found[SENTINEL].append(sentinel.pid)
                self._add_pool(found, sentinel)

    def _add_pool(self, found: dict[str, list[int]], sentinel: psutil.Process) -> None:
        children = sorted(sentinel.children(), key=lambda child: (child.create_time(), child.pid))
        self._recognise([child.pid for child in children])
        drains = {pid for (pid,) in self._stack.database.rows(_DRAINS)}
        for child in children:
            role = self._known.get(child.pid)
            if role == _WORKER:
                role = DRAIN if child.pid in drains else IDLE
            if role is not None:
                found[role].append(child.pid)

    def _recognise(self, pids: list[int]) -> None:
        """Workers are forked first, then monitor and pusher; afterwards each new one replaces one that is missing."""
        self._known = {pid: role for pid, role in self._known.items() if pid in pids}
        missing = Counter(self._pool) - Counter(self._known.values())
        new = [pid for pid in pids if pid not in self._known]
        if len(new) == missing.total():
            roles = [role for role in (_WORKER, MONITOR, PUSHER) for _ in range(missing[role])]
            self._known |= dict(zip(new, roles, strict=True))

    def _add_web(self, found: dict[str, list[int]]) -> None:
        master = self._stack.processes["web"]
        if master.poll() is None:
            found[WEB_MASTER].append(master.pid)
            found[WEB_WORKER] += [child.pid for child in master.children()]


_DRAINS = "SELECT pid FROM worker_heartbeats WHERE stopped_at IS NULL"
