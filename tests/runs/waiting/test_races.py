"""An event and the wait for it, in every order of their commits; with transactions of their own."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.events.route import load_events, route
from opsflows.runs.engine import checkpoint
from opsflows.runs.engine.claim import promote_due
from opsflows.runs.models import EventWait, QueueItem
from opsflows.runs.waiting import look_back as looking
from opsflows.runs.waiting import wake
from opsflows.runs.waiting.look_back import Lookout, look_back
from opsflows.runs.waiting.matching import read_waits
from opsflows.runs.waiting.take import take
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db(transaction=True)

FLOW: dict[str, Any] = {
    "wait": {"type": "wait_for_event", "event": "invoice.paid", "field": "id", "value": "{{id}}", "timeout": "1 day"},
    "yes": {"type": "probe_outside", "note": "{{steps.wait.output.data.amount}}"},
}


@pytest.fixture
def engine(account: PlatformAccount) -> Iterator[Engine]:
    engine = Engine(account_id=account.id, now=NOW)
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def flow(publish_flow: Publish) -> None:
    publish_flow("wait.received -> yes", **FLOW)


def elsewhere(work: Callable[[], Any]) -> threading.Thread:
    """Do it on a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def notes() -> list[str]:
    return [request["note"] for _, request in OutsideProbe.seen]


def never(self: Lookout, *_: Any) -> bool:
    return False


def test_it_was_routed_before_the_wait_was_committed(engine: Engine) -> None:
    engine.emit("deal.won", id=1)
    engine.route_elsewhere()
    engine.emit("invoice.paid", id=1, amount=5)
    route(now=engine.now)
    assert not Event.objects.filter(routed_at=None).exists()
    engine.settle()
    assert notes() == ["5"]


def test_the_worker_died_right_after_the_commit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.emit("deal.won", id=1)
    engine.route_elsewhere()
    engine.emit("invoice.paid", id=1, amount=5)
    route(now=engine.now)
    monkeypatch.setattr(Lookout, "work", never)
    engine.settle()
    assert (notes(), EventWait.objects.get().looked_back) == ([], False)
    monkeypatch.undo()
    engine.crash()
    engine.settle()
    assert notes() == ["5"]


def test_another_worker_looks_now_and_then(engine: Engine) -> None:
    engine.emit("deal.won", id=1)
    engine.settle()
    EventWait.objects.update(looked_back=False)
    Event.objects.update(routed_at=engine.now)
    engine.emit("invoice.paid", id=1, amount=5)
    Event.objects.update(routed_at=engine.now)
    engine.settle()
    assert notes() == []
    engine.pass_time(seconds=10)
    assert notes() == ["5"]


@pytest.mark.postgres
def test_it_is_routed_in_the_middle_of_the_commit(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    write = checkpoint.write_waits

    def write_and_let_route(waits: Any) -> None:
        write(waits)
        if waits:
            thread = elsewhere(lambda: (engine.emit("invoice.paid", id=1, amount=5), route(now=engine.now)))
            thread.join(10)
            assert not thread.is_alive()

    monkeypatch.setattr(checkpoint, "write_waits", write_and_let_route)
    engine.emit("deal.won", id=1)
    engine.settle()
    assert not Event.objects.filter(routed_at=None).exists()
    assert notes() == ["5"]


@pytest.mark.postgres
def test_the_wait_is_committed_in_the_middle_of_routing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.emit("deal.won", id=1)
    engine.route_elsewhere()
    engine.emit("invoice.paid", id=1, amount=5)
    look = wake.listened_fields

    def look_and_let_commit(names: Any) -> Any:
        found = look(names)
        thread = elsewhere(lambda: (engine.runs.work(engine.now), engine.runs.work(engine.now)))
        thread.join(10)
        assert not thread.is_alive()
        return found

    monkeypatch.setattr(wake, "listened_fields", look_and_let_commit)
    route(now=engine.now)
    monkeypatch.undo()
    assert EventWait.objects.get().event is not None
    engine.settle()
    assert notes() == ["5"]


@pytest.mark.postgres
def test_two_routers_with_an_event_each(engine: Engine) -> None:
    engine.emit("deal.won", id=1)
    engine.settle()
    first, second = load_events([engine.emit("invoice.paid", id=1, amount=amount) for amount in (1, 2)])
    [wait] = read_waits(EventWait.objects.all())

    def give_second() -> None:
        with transaction.atomic():
            take([(wait, second)], now=engine.now)

    with transaction.atomic():
        take([(wait, first)], now=engine.now)
        # It stands at the lock until this commits; should it be late, it finds the wait closed.
        other = elsewhere(give_second)
    other.join(10)
    assert EventWait.objects.get().event_id == first.id
    item = QueueItem.objects.get()
    assert (item.status, item.trigger_data["data"]["amount"]) == ("queued", 1)


@pytest.mark.parametrize(("hours", "counts"), [(23, True), (25, False)])
def test_routed_between_the_end_of_its_time_and_the_claim(engine: Engine, hours: int, counts: bool) -> None:
    engine.emit("deal.won", id=1)
    engine.settle()
    engine.now += timedelta(hours=hours)
    engine.emit("invoice.paid", id=1, amount=1)
    engine.now += timedelta(hours=5)
    promote_due(now=engine.now)
    route(now=engine.now)
    assert EventWait.objects.filter(event__isnull=False).exists() is counts
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert len(notes()) == counts


@pytest.mark.parametrize(("hours", "counts"), [(23, True), (25, False)])
def test_an_event_that_came_in_time_counts_although_nobody_routed_it(engine: Engine, hours: int, counts: bool) -> None:
    engine.emit("deal.won", id=1)
    engine.settle()
    engine.now += timedelta(hours=hours)
    event_id = engine.emit("invoice.paid", id=1, amount=1)
    engine.now += timedelta(hours=5)
    while engine.runs.work(engine.now) or engine.runs.held:
        engine.wake.wait(0.01)
    assert engine.run().execution_status == "completed"
    assert notes() == (["1"] if counts else [])
    assert EventWait.objects.get().event_id == (event_id if counts else None)
    engine.settle()
    assert len(notes()) == counts


def test_a_look_back_goes_through_many_events_in_pieces(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "EVENTS", 3)
    engine.emit("deal.won", id=1)
    engine.emit("deal.won", id=2)
    engine.route_elsewhere()
    for number in range(10):
        engine.emit("invoice.paid", id=1 if number == 8 else 99, amount=number)
    route(now=engine.now)
    monkeypatch.setattr(Lookout, "work", never)
    engine.settle()
    pieces = 0
    while look_back(now=engine.now):
        pieces += 1
    monkeypatch.undo()
    engine.settle()
    assert notes() == ["8"]
    assert pieces == 4
    assert EventWait.objects.get(is_open=True).looked_back


def test_where_nobody_waits_routing_asks_once(engine: Engine, django_assert_num_queries: Any) -> None:
    events = load_events([engine.emit(f"thing.{number}") for number in range(20)])
    with django_assert_num_queries(1):
        wake.wake_waiting(events, engine.now)
