"""Who works: each machine with its workers, and what to do where there are none."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from opsflows.admin_site import words
from opsflows.admin_site.markup import Look
from opsflows.queue.heartbeat import FORGET, STALE
from opsflows.queue.models import WorkerHeartbeat

#: Heartbeats that are looked at; each is one process of one machine.
_READ = 200
ALIVE = Look("Alive", "done", "favorite")
SILENT = Look("Silent", "failed", "heart_broken")


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: how many of its workers are alive, since when, and when it was heard last."""

    host: str
    look: Look
    sentence: str


@dataclass(frozen=True, slots=True)
class Workers:
    """The machines, and whether any of them works."""

    machines: Sequence[Machine]
    are_alive: bool
    heard: str


def workers(*, now: datetime) -> Workers:
    """Two queries: those that have not said goodbye, and since when their supervisors are there."""
    rows = list(WorkerHeartbeat.objects.filter(stopped_at=None).order_by("-beat_at")[:_READ])
    by_host: dict[str, list[WorkerHeartbeat]] = defaultdict(list)
    for row in rows:
        by_host[row.host].append(row)
    began = _began({row.supervisor for row in rows})
    machines = [_machine(host, by_host[host], began, now) for host in sorted(by_host)]
    newest = max((row.beat_at for row in rows), default=None)
    heard = f"The last one was heard {words.relative(newest, now)}." if newest else "None was ever heard."
    return Workers(machines, any(machine.look is ALIVE for machine in machines), heard)


def _began(supervisors: set[str]) -> dict[str, datetime]:
    """When each of them began, as far as is known: a worker is replaced every minute, and kept in mind for an hour."""
    rows = WorkerHeartbeat.objects.filter(supervisor__in=supervisors).order_by()
    return dict(rows.values_list("supervisor").annotate(Min("started_at")))


def _machine(host: str, rows: Sequence[WorkerHeartbeat], began: Mapping[str, datetime], now: datetime) -> Machine:
    alive = [row for row in rows if now - row.beat_at <= STALE]
    if not alive:
        return Machine(host, SILENT, f"nothing heard for {words.span(now - max(row.beat_at for row in rows))}")
    # One that hands over to its successor has the same slot.
    number = len({(row.supervisor, row.slot) for row in alive})
    age = now - min(began[row.supervisor] for row in alive)
    since = "more than an hour" if age >= FORGET else words.span(age)
    return Machine(host, ALIVE, f"{number} worker{'' if number == 1 else 's'}, for {since}")
