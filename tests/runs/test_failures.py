"""Retries, error handling, and steps that break."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from opsflows.runs.models import Execution, QueueItem
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail, Retry
from tests.runs.engine import Engine
from tests.runs.kinds import DatabaseProbe, OutsideProbe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

AFTERWARDS = {"type": "probe_outside", "note": "afterwards"}


def handling(**settings: object) -> dict[str, object]:
    return {"errorHandling": settings}


def test_a_retry_waits_and_carries_the_same_key_and_request(engine: Engine, live: Callable[..., Workflow]) -> None:
    OutsideProbe.script[:] = [Retry("busy", after=timedelta(minutes=5)), Retry("busy", after=timedelta(minutes=5))]
    live("deal.won", {"type": "probe_outside", "note": "{{now}}"})
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.WAITING
    assert QueueItem.objects.get().status == QueueItem.Status.WAITING
    engine.pass_time(minutes=5)
    engine.pass_time(minutes=5)
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert len(OutsideProbe.seen) == 3
    assert len({(key, str(request)) for key, request in OutsideProbe.seen}) == 1
    assert engine.steps("attempt", "step_status", "error_message") == [
        (1, "failed", "busy"),
        (2, "failed", "busy"),
        (3, "completed", None),
    ]


def test_retries_end_as_the_error_handling_says(engine: Engine, live: Callable[..., Workflow]) -> None:
    OutsideProbe.script[:] = [Retry("busy"), Retry("busy"), Retry("busy")]
    live("deal.won", {"type": "probe_outside"}, settings=handling(retryCount=2))
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=2)
    engine.pass_time(hours=2)
    assert engine.run().execution_status == Execution.Status.FAILED
    assert engine.run().error_message == "Outside probe: busy (tried 3 times)"


@pytest.mark.parametrize(
    ("critical", "on_error", "status"),
    [
        (None, "stop", "failed"),
        (None, "continue", "completed"),
        (True, "continue", "failed"),
        (False, "stop", "completed"),
    ],
)
def test_whether_a_failure_ends_the_run(
    engine: Engine, live: Callable[..., Workflow], critical: bool | None, on_error: str, status: str
) -> None:
    OutsideProbe.script[:] = [Fail("no")]
    step = {"type": "probe_outside"} | ({} if critical is None else {"critical": critical})
    live("deal.won", step, AFTERWARDS, settings=handling(onError=on_error))
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.failed_steps) == (status, 1)
    assert [request["note"] for _, request in OutsideProbe.seen][1:] == (
        ["afterwards"] if status == "completed" else []
    )


def test_a_step_that_raises_fails_with_its_reason(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "probe_broken"})
    engine.emit("deal.won")
    engine.settle()
    assert "ZeroDivisionError: by design" in (engine.run().error_message or "")


def test_a_call_that_raises_is_tried_again(engine: Engine, live: Callable[..., Workflow]) -> None:
    OutsideProbe.script[:] = [OSError("cable cut")]
    live("deal.won", {"type": "probe_outside"})
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.run().execution_status == Execution.Status.COMPLETED


def test_a_database_step_that_raises_takes_no_other_run_along(engine: Engine, live: Callable[..., Workflow]) -> None:
    # The first of the batch raises wherever it stands; the others commit once, after the batch was halved.
    live("deal.won", {"type": "probe_database", "note": "{{n}}"})
    DatabaseProbe.script[:] = [ValueError("broken"), None, None, None, None, None, ValueError("broken")]
    for number in range(4):
        engine.emit("deal.won", n=number)
    engine.settle()
    states = list(Execution.objects.values_list("execution_status", flat=True))
    assert sorted(states).count("completed") >= 3
    engine.pass_time(hours=1)
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}


def test_the_time_limit_ends_a_waiting_run(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "delay", "duration": "10 days"}, AFTERWARDS, settings={"timeout": "1 day"})
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=23)
    assert engine.run().execution_status == Execution.Status.WAITING
    engine.pass_time(hours=1)
    assert engine.run().execution_status == Execution.Status.TIMEOUT
    assert not QueueItem.objects.exists()
    assert OutsideProbe.seen == []


def test_a_loop_of_workflows_is_cut_with_a_reason(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "emit_event", "event": "deal.won"})
    engine.emit("deal.won")
    engine.settle()
    runs = list(Execution.objects.order_by("depth"))
    assert [run.depth for run in runs] == list(range(9))
    assert {run.execution_status for run in runs[:-1]} == {"completed"}
    assert runs[-1].execution_status == Execution.Status.FAILED
    assert "chain of workflows" in (runs[-1].error_message or "")


def test_a_failed_step_counts_although_the_worker_ends_behind_it(engine: Engine, live: Callable[..., Workflow]) -> None:
    OutsideProbe.script[:] = [Fail("no")]
    first, second = {"type": "probe_outside", "note": "first"}, {"type": "probe_unsafe", "note": "second"}
    live("deal.won", first, {"type": "probe_database"}, second, settings=handling(onError="continue"))
    engine.emit("deal.won")
    for _ in range(100):
        engine.routing.work(engine.now)
        engine.runs.work(engine.now)
        if "running" in engine.steps("step_status"):
            break
        engine.wake.wait(0.01)
    engine.crash()
    engine.settle()
    assert engine.run().execution_status == Execution.Status.NEEDS_ATTENTION
    assert engine.run().failed_steps == 1
