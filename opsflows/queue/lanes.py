"""Lanes: kinds of leased work. An app's `lane.py` registers one; the drain runs them all."""

import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.utils.module_loading import autodiscover_modules

from opsflows.queue.calls import CallPool


@dataclass(slots=True)
class Worker:
    """The drain a lane works for. Its id is the `worker_id` of every lease."""

    id: uuid.UUID
    pool: CallPool
    #: Until when (monotonic seconds) nobody else can have taken our leases, as far as our last heartbeat tells.
    sure_until: float = 0.0
    #: Set when the drain is to end: claim nothing more, bring home what is out.
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def may_send(self) -> bool:
        """Whether the leases are surely ours. Judged by the clock: a heartbeat that hangs cannot say that it does."""
        return time.monotonic() < self.sure_until


class Lane(ABC):
    """One kind of work, seen by one drain."""

    name: ClassVar[str]

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    @abstractmethod
    def work(self, now: datetime) -> bool:
        """Do what can be done without waiting; whether anything was done. The database may go away at any point."""

    @property
    def held(self) -> int:
        """Rows this lane holds in memory; the drain does not end while there are any."""
        return 0

    @classmethod  # noqa: B027  (most lanes need nothing)
    def preload(cls) -> None:
        """Import what work will need, before the processes that do it are forked and share it."""

    def close(self) -> None:  # noqa: B027  (most lanes have nothing to close)
        """The drain ends."""

    def next_due(self, now: datetime) -> datetime | None:
        """When the next waiting row falls due, if any."""
        return None

    @abstractmethod
    def renew(self, until: datetime) -> None:
        """Extend the leases of the rows in hand (called from the heartbeat's thread).

        Only of those: a row that was claimed and whose claim never reached us must run out.
        """

    @classmethod
    @abstractmethod
    def release(cls, worker_ids: Collection[uuid.UUID], now: datetime) -> int:
        """Give back what dead workers held, and every lease that ran out before `now`; how many rows."""


_lanes: list[type[Lane]] = []


def register(lane: type[Lane]) -> type[Lane]:
    """Class decorator."""
    _lanes.append(lane)
    return lane


def lane_classes() -> list[type[Lane]]:
    """Every lane, in the order of the apps."""
    _discover()
    return _lanes


@cache
def _discover() -> None:
    autodiscover_modules("lane")
