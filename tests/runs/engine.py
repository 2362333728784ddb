"""Drives the lanes by hand: no django-q2, no threads but the callers, and time as the test says."""

import math
import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

from opsflows.events.emit import emit
from opsflows.events.lane import RoutingLane
from opsflows.queue.calls import CallPool
from opsflows.queue.lanes import Worker
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Step


class Engine:
    """One worker. `settle()` works until nothing is left to do at the present time."""

    def __init__(self, *, account_id: uuid.UUID, now: datetime) -> None:
        self.account_id = account_id
        self.now = now
        self.wake = threading.Event()
        self.start()

    def start(self) -> None:
        """A new worker, as after a crash: whatever the old one had in memory is gone."""
        self.worker = Worker(id=uuid.uuid4(), pool=CallPool(threads=2, wake=self.wake))
        self.worker.sure_until = math.inf
        self.routing = RoutingLane(self.worker)
        self.runs = RunsLane(self.worker)

    def close(self) -> None:
        self.runs.close()
        self.worker.pool.close()

    def crash(self) -> None:
        """The worker dies; another finds out and takes over."""
        dead = self.worker.id
        self.close()
        self.start()
        RunsLane.release([dead], self.now)

    def emit(self, name: str, /, **data: Any) -> uuid.UUID:
        """An event of the account."""
        return emit(account_id=self.account_id, name=name, data=data, now=self.now)

    def route_elsewhere(self) -> None:
        """Route as another worker would: the runs are queued, and nobody's yet."""
        RunsLane.present = None
        self.routing.work(self.now)
        RunsLane.present = self.runs

    def settle(self) -> None:
        """Work until everything rests."""
        for _ in range(1000):
            worked = self.routing.work(self.now)
            worked = self.runs.work(self.now) or worked
            if not worked:
                if not self.runs.held:
                    return
                assert self.wake.wait(10), "a call never came back"
                self.wake.clear()
        raise AssertionError("The engine does not come to rest.")

    def pass_time(self, **duration: float) -> None:
        """Let time pass, then work."""
        self.now += timedelta(**duration)
        self.settle()

    def run(self) -> Execution:
        """The only run there is."""
        return Execution.objects.get()

    def output(self, step_id: str, iteration: str = "") -> Any:
        """What the last attempt of a step answered."""
        step = Step.objects.filter(step_id=step_id, iteration=iteration).order_by("generation", "attempt").last()
        return step and step.output_data

    def steps(self, *fields: str) -> list[Any]:
        """The steps of all runs, in order."""
        rows = Step.objects.order_by("id")
        return list(rows.values_list(*fields, flat=len(fields) == 1))
