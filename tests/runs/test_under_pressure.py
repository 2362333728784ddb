"""What goes first, what a worker still does that is to end, and what is nobody's fault."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError

from opsflows.runs.engine import outgoing
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from tests.runs.engine import Engine
from tests.runs.kinds import DatabaseProbe, OutsideProbe, UnsafeProbe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

NO_RETRY = {"errorHandling": {"retryCount": 0}}


def test_what_waits_goes_before_what_is_born(engine: Engine, live: Callable[..., Workflow]) -> None:
    urgent = live("deal.urgent", {"type": "create_task", "title": "u"}, settings={"priority": "urgent"}, name="Urgent")
    live("deal.won", {"type": "create_task", "title": "x"})
    engine.emit("deal.urgent")
    engine.route_elsewhere()
    for _ in range(3):
        for _ in range(engine.worker.pool.seats):
            engine.emit("deal.won")
        engine.routing.work(engine.now)
        engine.runs.work(engine.now)
    assert Execution.objects.get(workflow=urgent).execution_status == Execution.Status.COMPLETED


@pytest.mark.parametrize("kind", ["probe_outside", "probe_unsafe"])
def test_a_worker_that_is_to_end_begins_no_call_and_another_makes_it(
    engine: Engine, live: Callable[..., Workflow], kind: str
) -> None:
    probe = {"probe_outside": OutsideProbe, "probe_unsafe": UnsafeProbe}[kind]
    live("deal.won", *[{"type": kind, "note": str(number)} for number in range(3)])
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    engine.worker.stopping.set()
    engine.settle()
    begun = len(probe.seen)
    assert begun <= 1
    assert engine.runs.held == 0
    assert QueueItem.objects.get().status == QueueItem.Status.QUEUED

    engine.crash()
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert [request["note"] for _, request in probe.seen] == ["0", "1", "2"]
    assert [step.attempt for step in Step.objects.all()] == [1, 1, 1]


def test_a_call_that_was_not_made_is_no_attempt(
    engine: Engine, live: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE", 0.0)
    live("deal.won", {"type": "probe_unsafe"}, settings=NO_RETRY)
    engine.worker.sure_until = 0
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    for _ in range(3):
        engine.runs.work(engine.now)
        engine.wake.wait(0.5)
        engine.wake.clear()
    engine.worker.sure_until = float("inf")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert len(UnsafeProbe.seen) == 1


def test_a_deadlock_is_not_the_steps_fault(engine: Engine, live: Callable[..., Workflow]) -> None:
    DatabaseProbe.script[:] = [OperationalError("the server closed the connection")]
    live("deal.won", {"type": "probe_database"}, settings=NO_RETRY)
    engine.emit("deal.won")
    with pytest.raises(OperationalError):
        engine.settle()
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED


def test_later_steps_read_the_same_after_a_crash(engine: Engine, live: Callable[..., Workflow]) -> None:
    OutsideProbe.script[:] = [Fail("no")]
    live(
        "deal.won",
        {"type": "probe_outside", "note": "first"},
        {"type": "probe_outside", "note": "{{steps.a1.handle}}"},
        settings={"errorHandling": {"onError": "continue"}},
    )
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    while len(OutsideProbe.seen) < 2:
        engine.runs.work(engine.now)
        engine.wake.wait(0.1)
    engine.crash()
    engine.settle()
    assert OutsideProbe.seen[1] == OutsideProbe.seen[2]
    assert OutsideProbe.seen[1][1]["note"] == "error"


def test_a_run_may_last_for_months(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "delay", "duration": "80 days"})
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(days=80)
    assert engine.run().execution_time_ms == timedelta(days=80) / timedelta(milliseconds=1)


def test_an_unclear_call_is_asked_about_although_time_is_up(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "probe_unsafe"}, settings={"timeout": "1 hour"})
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    engine.runs.work(engine.now)
    while not UnsafeProbe.seen:
        engine.wake.wait(0.1)
    engine.crash()
    engine.pass_time(hours=2)
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION
