"""`maxExecutionsPerHour`, through every door."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.records.models import Task
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Execution, Gate, Pace, QueueItem
from opsflows.runs.start_run import start_by_hand, start_run
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

TASK = {"type": "create_task", "title": "{{n}} at {{now}}"}
COMPLETED, CANCELLED, WAITING = Execution.Status.COMPLETED, Execution.Status.CANCELLED, Execution.Status.WAITING


def hourly(limit: int, action: str = "queue", **more: object) -> dict[str, object]:
    return {"maxExecutionsPerHour": limit, "throttleAction": action, **more}


def titles() -> list[str]:
    """The numbers of the events whose runs have begun. Of those that may begin together, none comes first."""
    return sorted(title.split()[0] for title in Task.objects.values_list("title", flat=True))


def test_what_is_too_many_waits_in_order_until_there_is_room(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, settings=hourly(2, timeout="30 minutes"))
    for number in range(5):
        engine.emit("deal.won", n=number)
    engine.settle()
    assert titles() == ["0", "1"]
    assert Execution.objects.filter(execution_status=WAITING).count() == 3
    engine.pass_time(minutes=59)
    assert titles() == ["0", "1"]
    engine.pass_time(minutes=1)
    assert titles() == ["0", "1", "2", "3"]
    engine.pass_time(hours=1)
    # Its time limit counts from its beginning, and so does what it calls now.
    assert titles() == ["0", "1", "2", "3", "4"]
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {COMPLETED}
    last = Execution.objects.latest("id")
    assert (last.started_at, last.deadline_at) == (NOW, NOW + timedelta(hours=2, minutes=30))
    assert Task.objects.latest("id").title == "4 at 2026-03-02T12:00:00+01:00"


def test_spread_over_the_hour(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, settings=hourly(4, "delay"))
    for number in range(3):
        engine.emit("deal.won", n=number)
    engine.settle()
    assert titles() == ["0"]
    assert sorted(QueueItem.objects.values_list("scheduled_at", flat=True)) == [
        NOW + timedelta(minutes=15),
        NOW + timedelta(minutes=30),
    ]
    engine.pass_time(minutes=15)
    assert titles() == ["0", "1"]


def test_what_is_dropped_is_recorded_and_explained(engine: Engine, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", TASK, settings=hourly(2, "drop"))
    for number in range(4):
        engine.emit("deal.won", n=number)
    engine.settle()
    engine.pass_time(hours=1)
    assert titles() == ["0", "1"]
    dropped = Execution.objects.filter(execution_status=CANCELLED)
    assert dropped.count() == 2
    for run in dropped:
        assert "at most 2 runs of this workflow may start in an hour" in (run.error_message or "")
        assert (run.completed_at, run.execution_time_ms, run.steps.count()) == (NOW, 0, 0)
        assert run.event is not None
    assert QueueItem.objects.count() == 0
    pace = Pace.objects.get(workflow=workflow)
    assert (pace.dropped, pace.dropped_at) == (2, NOW)
    engine.emit("deal.won", n=9)
    engine.settle()
    assert titles() == ["0", "1", "9"]


def test_every_door_counts_but_a_persons_own_start(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    workflow = live("deal.won", TASK, settings=hourly(1))
    by_hand = [start_by_hand(actor=actor, workflow_id=workflow.pk, data={"n": n}, now=NOW) for n in "abc"]
    assert {run.origin for run in by_hand} == {Execution.Origin.PERSON}
    engine.emit("deal.won", n=0)
    engine.settle()
    assert titles() == ["0", "a", "b", "c"]
    for origin in (Execution.Origin.SCHEDULE, Execution.Origin.WORKFLOW, Execution.Origin.API):
        run = start_run(workflow=workflow, data={"n": "x"}, origin=origin, origin_id=None, now=NOW)
        assert run.execution_status == WAITING
    due = QueueItem.objects.order_by("turn").values_list("scheduled_at", flat=True)
    assert list(due) == [NOW + timedelta(hours=hours) for hours in (1, 2, 3)]


def test_a_start_that_is_left_out_is_told_at_once(live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", TASK, settings=hourly(1, "drop"))
    first, second = (
        start_run(workflow=workflow, data={}, origin=Execution.Origin.API, origin_id=None, now=NOW) for _ in range(2)
    )
    assert (first.execution_status, second.execution_status) == (Execution.Status.RUNNING, CANCELLED)
    assert QueueItem.objects.count() == 1


def test_a_run_that_waits_can_be_cancelled(engine: Engine, live: Callable[..., Workflow], actor: Actor) -> None:
    live("deal.won", TASK, settings=hourly(1))
    for number in range(3):
        engine.emit("deal.won", n=number)
    engine.settle()
    waiting = Execution.objects.filter(execution_status=WAITING).order_by("id").first()
    assert waiting is not None
    cancel(actor=actor, execution_id=waiting.pk, now=engine.now)
    engine.pass_time(hours=2)
    assert titles() == ["0", "2"]


@pytest.mark.parametrize(("settings", "ready"), [(hourly(4), 3), ({}, 7), (hourly(1), 0), (hourly(3, "delay"), 0)])
def test_another_limit_holds_at_once(
    engine: Engine, live: Callable[..., Workflow], actor: Actor, settings: dict[str, object], ready: int
) -> None:
    workflow = live("deal.won", TASK, settings=hourly(1))
    for number in range(8):
        engine.emit("deal.won", n=number)
    engine.settle()
    engine.now += timedelta(minutes=1)
    workflow.settings = settings
    workflow.save()
    publish(actor=actor, workflow=workflow, now=engine.now)
    engine.settle()
    assert titles() == [str(number) for number in range(1 + ready)]
    engine.pass_time(hours=10)
    assert titles() == [str(number) for number in range(8)]


def test_a_limit_for_an_hour_outlives_a_crash(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", TASK, settings=hourly(1))
    for number in range(3):
        engine.emit("deal.won", n=number)
    engine.routing.work(engine.now)
    engine.crash()
    engine.settle()
    engine.crash()
    engine.pass_time(hours=1)
    assert titles() == ["0", "1"]


def test_plain_runs_pay_nothing(engine: Engine, live: Callable[..., Workflow], account: PlatformAccount) -> None:
    """As many statements as a batch without the feature: none names a gate or a pace."""
    live("deal.won", TASK)
    for number in range(3):
        engine.emit("deal.won", n=number)
    engine.settle()
    for number in range(3):
        engine.emit("deal.won", n=number)
    with CaptureQueriesContext(connection) as captured:
        engine.settle()
    texts = [query["sql"] for query in captured.captured_queries]
    assert len(titles()) == 6
    assert not [text for text in texts if "workflow_gates" in text or "workflow_paces" in text]
    assert not [text for text in texts if '"turn"' in text]


def test_who_is_left_out_leaves_no_gate_behind(engine: Engine, live: Callable[..., Workflow]) -> None:
    each: dict[str, object] = {"concurrency": {"key": "{{customer}}"}}
    live("deal.won", TASK, {"type": "delay", "duration": "1 hour"}, settings=hourly(2, "drop", **each))
    for customer in range(5):
        engine.emit("deal.won", n=customer, customer=customer)
    engine.settle()
    assert (len(titles()), Gate.objects.count()) == (2, 2)
    engine.pass_time(minutes=59)
    engine.emit("deal.won", n=0, customer=0)
    engine.settle()
    assert (len(titles()), Gate.objects.count()) == (2, 2)
    engine.pass_time(hours=1)
    assert not Gate.objects.exists()
