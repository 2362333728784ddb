"""Two workers at once, on real connections: PostgreSQL's locks decide."""

import math
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import emit
from opsflows.events.models import Event
from opsflows.events.route import route
from opsflows.queue.calls import CallPool
from opsflows.queue.lanes import Worker
from opsflows.records.models import Task
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Gate, QueueItem
from opsflows.workflows.models import Workflow
from tests.runs.admission.watching import check_gates, most_in_an_hour
from tests.runs.conftest import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TASK = {"type": "create_task", "title": "{{n}}"}
WORKERS = 3
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nobody_adopts() -> None:
    RunsLane.present = None


def at_once(work: Callable[[int], None]) -> None:
    start = threading.Barrier(WORKERS)

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, range(WORKERS)))


def send(account: PlatformAccount, count: int, customers: int = 1) -> None:
    for number in range(count):
        data = {"n": number, "customer": number % customers}
        emit(account_id=account.pk, name="deal.won", data=data, now=NOW)


def route_all(number: int) -> None:
    """In batches of different sizes, so that they lie across each other."""
    while Event.objects.filter(routed_at=None).exists():
        route(now=NOW, limit=3 + number * 2)


@pytest.mark.parametrize("action", ["queue", "delay"])
def test_the_hour_is_kept_and_so_is_the_order(
    account: PlatformAccount, live: Callable[..., Workflow], action: str
) -> None:
    live("deal.won", TASK, settings={"maxExecutionsPerHour": 7, "throttleAction": action})
    send(account, 60)
    at_once(route_all)
    rows = QueueItem.objects.order_by("execution__event_id").values_list("scheduled_at", "execution__event_id")
    starts = [start for start, _ in rows]
    assert (len(starts), len({event for _, event in rows})) == (60, 60)
    assert most_in_an_hour(starts, HOUR) == 7
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] < 9 * HOUR


def test_exactly_so_many_are_taken_and_the_others_left_out(
    account: PlatformAccount, live: Callable[..., Workflow]
) -> None:
    live("deal.won", TASK, settings={"maxExecutionsPerHour": 20, "throttleAction": "drop"})
    send(account, 60)
    at_once(route_all)
    runs = Counter(Execution.objects.values_list("execution_status", flat=True))
    assert runs == {Execution.Status.RUNNING: 20, Execution.Status.CANCELLED: 40}
    taken = Execution.objects.filter(execution_status=Execution.Status.RUNNING).values_list("event_id", flat=True)
    assert set(taken) == set(Event.objects.order_by("id").values_list("id", flat=True)[:20])


def test_turns_are_taken_in_the_order_of_events(
    account: PlatformAccount, live: Callable[..., Workflow], actor: Actor
) -> None:
    """Routing, working and cancelling at once: nobody overtakes, nobody is forgotten, nothing locks up."""
    settings = {"concurrency": {"limit": 1, "key": "{{customer}}"}}
    live("deal.won", TASK, {"type": "create_task", "title": "{{n}} again"}, settings=settings)
    send(account, 60, customers=4)
    stuck: list[OperationalError] = []

    def work(number: int) -> None:
        worker = Worker(id=uuid.uuid4(), pool=CallPool(threads=1, wake=threading.Event()))
        worker.sure_until = math.inf
        lane = RunsLane(worker)
        RunsLane.present = None
        try:
            while Event.objects.filter(routed_at=None).exists() or QueueItem.objects.exists():
                try:
                    route(now=NOW, limit=3 + number * 2)
                    lane.work(NOW)
                except OperationalError as error:
                    stuck.append(error)
                if number == 0:
                    _cancel_one(actor)
        finally:
            worker.pool.close()

    at_once(work)
    check_gates(1)
    assert not stuck
    assert not Gate.objects.exists()
    ends = Counter(Execution.objects.values_list("execution_status", flat=True))
    assert ends[Execution.Status.COMPLETED] + ends[Execution.Status.CANCELLED] == 60
    begun: dict[int, list[int]] = defaultdict(list)
    for title in Task.objects.order_by("id").values_list("title", flat=True):
        if title.isdigit():
            begun[int(title) % 4].append(int(title))
    assert all(numbers == sorted(numbers) for numbers in begun.values()), begun


def _cancel_one(actor: Actor) -> None:
    blocked = QueueItem.objects.filter(status=QueueItem.Status.BLOCKED).order_by("-turn").first()
    if blocked is not None and blocked.turn is not None and blocked.turn.int % 3 == 0:
        # Its turn may have come meanwhile.
        with suppress(NotRunning):
            cancel(actor=actor, execution_id=blocked.execution_id, now=NOW)
