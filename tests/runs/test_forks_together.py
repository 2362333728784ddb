"""Several workers, and people, at the branches of one fork at the same time: PostgreSQL's locks decide."""

import math
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from opsflows.accounts.actor import Actor
from opsflows.events.lane import RoutingLane
from opsflows.queue.calls import CallPool
from opsflows.queue.lanes import Worker
from opsflows.queue.transient import is_transient
from opsflows.records.models import Task
from opsflows.runs.cancel import NotRunning, cancel
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Branch, Execution, Fork, QueueItem, Step
from opsflows.runs.resolve_unclear import NotHeld, resolve_unclear
from opsflows.workflows.outcomes import Unclear
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.graphs import publisher
from tests.runs.kinds import UnsafeProbe

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

LIST = {"type": "foreach", "items": list(range(24)), "concurrency": 12}
BOTH = {"type": "parallel", "branches": [{"name": "l"}, {"name": "r"}]}
TASK = {"type": "create_task", "title": "{{index}}"}
AFTER = {"type": "create_task", "title": "after"}


def at_once(*works: Callable[[], None]) -> None:
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait()
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(run, works))


def work_until_done() -> None:
    """As a drain does: a deadlock is tried again with what is in memory."""
    wake = threading.Event()
    worker = Worker(id=uuid.uuid4(), pool=CallPool(threads=3, wake=wake))
    worker.sure_until = math.inf
    lane = RunsLane(worker)
    RunsLane.present = None
    try:
        for _ in range(2000):
            try:
                worked = lane.work(NOW)
            except Exception as error:
                if not is_transient(error):
                    raise
                continue
            if not worked and not lane.held:
                if not QueueItem.objects.exclude(status="held").exists():
                    return
                wake.wait(0.005)
        raise AssertionError("the work does not end")
    finally:
        worker.pool.close()


def begin(engine: Engine) -> None:
    """Route, and leave the runs to whoever comes."""
    RunsLane.present = None
    engine.emit("deal.won")
    RoutingLane(engine.worker).work(NOW)


def assert_over(status: str) -> None:
    run = Execution.objects.get()
    assert (run.execution_status, QueueItem.objects.count()) == (status, 0), run.error_message
    assert not Fork.objects.exclude(status="joined").exists()
    assert not Branch.objects.filter(status="running").exists()
    assert not Step.objects.filter(step_status__in=["running", "waiting"]).exists()


def test_branches_that_end_at_once_join_once(engine: Engine, actor: Actor) -> None:
    publisher(actor)(
        "each.each -> both",
        "both.l -> l",
        "both.r -> r",
        "each -> after",
        each=LIST,
        both=BOTH,
        l=TASK,
        r=TASK,
        after=AFTER,
    )
    begin(engine)
    at_once(work_until_done, work_until_done, work_until_done)
    assert_over("completed")
    assert Fork.objects.get(node_id="each").done == 24
    assert Task.objects.filter(title="after").count() == 1
    assert Task.objects.exclude(title="after").count() == 48


def test_a_run_is_cancelled_while_its_branches_end(engine: Engine, actor: Actor) -> None:
    publisher(actor)("each.each -> one", "each -> after", each=LIST, one=TASK, after=AFTER)
    begin(engine)

    def end_it() -> None:
        while not Task.objects.exists():
            pass
        with suppress(NotRunning):
            cancel(actor=actor, execution_id=Execution.objects.get().pk, now=NOW)

    at_once(work_until_done, work_until_done, end_it)
    assert_over(Execution.objects.get().execution_status)
    assert Execution.objects.get().execution_status in ("cancelled", "completed")
    made = Task.objects.exclude(title="after").count()
    assert Branch.objects.filter(status="completed").count() == made


def test_a_person_ends_branches_while_workers_end_others(engine: Engine, actor: Actor) -> None:
    publisher(actor)(
        "each.each -> both",
        "both.l -> l",
        "both.r -> r",
        "each -> after",
        each={**LIST, "items": list(range(8)), "concurrency": 8},
        both=BOTH,
        l={"type": "probe_unsafe"},
        r=TASK,
        after=AFTER,
    )
    UnsafeProbe.script[:] = [Unclear("the line went dead") for _ in range(8)]
    begin(engine)

    def decide() -> None:
        decided = 0
        while decided < 8:
            with suppress(NotHeld):
                run_id = Execution.objects.get().pk
                resolve_unclear(actor=actor, execution_id=run_id, verdict="it_happened", now=NOW)
                decided += 1

    at_once(work_until_done, work_until_done, decide)
    # What the last decision woke may have come after the workers saw nothing more to do.
    work_until_done()
    assert_over("completed")
    assert (Task.objects.filter(title="after").count(), Task.objects.count()) == (1, 9)
