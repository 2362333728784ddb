"""A worker's lanes in this process, without django-q2: what the engine takes, and nothing of its surroundings."""

import logging
import math
import os
import threading
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
django.setup()

from opsflows.accounts.models import PlatformAccount  # noqa: E402
from opsflows.events.emit import emit  # noqa: E402
from opsflows.events.lane import RoutingLane  # noqa: E402
from opsflows.queue import clock  # noqa: E402
from opsflows.queue.calls import CallPool  # noqa: E402
from opsflows.queue.lanes import Worker  # noqa: E402
from opsflows.runs.lane import RunsLane  # noqa: E402

THREADS = 50


class Lanes:
    """Routing and runs, of one worker that is always sure of its leases."""

    def __init__(self) -> None:
        logging.disable(logging.INFO)
        self._wake = threading.Event()
        worker = Worker(id=uuid.uuid4(), pool=CallPool(threads=THREADS, wake=self._wake))
        worker.sure_until = math.inf
        self._routing, self._runs = RoutingLane(worker), RunsLane(worker)
        self._account = PlatformAccount.objects.get()

    def run(self, event: str, count: int) -> None:
        """Send `count` events, and work until everything that they cause is done."""
        for _ in range(count):
            emit(account_id=self._account.pk, name=event, data={}, now=clock.now())
        worked = True
        while worked or self._runs.held:
            worked = self._routing.work(clock.now())
            worked = self._runs.work(clock.now()) or worked
            if not worked and self._runs.held:
                self._wake.wait(1)
                self._wake.clear()
