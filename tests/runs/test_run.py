"""A run from event to end, in every sort of step."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from opsflows.events.models import Event
from opsflows.records.models import Task
from opsflows.runs.models import Execution, QueueItem, Variable
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

BIG = {"logic": "AND", "rules": [{"field": "value", "operator": "greater_than", "value": 100000}]}


def test_every_sort_of_step_in_one_run(engine: Engine, live: Callable[..., Workflow]) -> None:
    live(
        "deal.won",
        {"type": "set", "values": {"label": "{{customerName}}!"}, "formulas": {"fee": "value * 0.1"}},
        {"type": "create_task", "title": "Celebrate {{label}}", "dueDate": "+7 days", "priority": "high"},
        {"type": "email", "to": ["sales@example.com"], "subject": "Big win", "body": "Fee: {{fee}}"},
        {"type": "emit_event", "event": "deal.celebrated", "payload": {"fee": "{{fee}}"}},
        conditions=BIG,
    )
    engine.emit("deal.won", customerName="Acme", value=150000)
    engine.settle()

    run = engine.run()
    assert (run.execution_status, run.error_message) == (Execution.Status.COMPLETED, None)
    assert engine.steps("step_id", "step_status") == [
        ("conditions", "completed"),
        ("a1", "completed"),
        ("a2", "completed"),
        ("a3", "completed"),
        ("a4", "completed"),
    ]
    task = Task.objects.get()
    assert (task.title, task.priority) == ("Celebrate Acme!", "high")
    assert task.due_at is not None
    assert task.due_at.date() == (engine.now + timedelta(days=7)).date()
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [(["sales@example.com"], "Big win", "Fee: 15000.0")]
    assert Event.objects.get(name="deal.celebrated").cause_execution_id == run.id
    assert Variable.objects.get(variable_name="fee").variable_type == "number"
    assert not QueueItem.objects.exists()


def test_no_run_where_the_condition_does_not_hold(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "set", "values": {"x": 1}}, conditions=BIG)
    engine.emit("deal.won", value=5)
    engine.settle()
    assert not Execution.objects.exists()


@pytest.mark.parametrize("step", ["database", "outside"])
def test_what_comes_after_a_wait_has_the_clock_of_its_own_moment(
    engine: Engine, live: Callable[..., Workflow], step: str
) -> None:
    task = {"type": "create_task", "title": "{{today}}", "dueDate": "+1 day"}
    letter = {"type": "email", "to": ["a@b.example"], "subject": "{{today}}", "body": "x"}
    live("deal.won", {"type": "delay", "duration": "2 days"}, task if step == "database" else letter)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(days=2)
    said = Task.objects.get().title if step == "database" else mail.outbox[0].subject
    assert said == "2026-03-04"
    if step == "database":
        due = Task.objects.get().due_at
        assert due is not None
        assert due > engine.now


def test_a_delay_holds_a_row_and_no_worker(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "delay", "duration": "2 days"}, {"type": "create_task", "title": "Call"})
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.WAITING
    assert QueueItem.objects.get().worker_id is None
    engine.pass_time(days=1, hours=23)
    assert not Task.objects.exists()
    engine.pass_time(hours=1)
    assert Task.objects.get().title == "Call"
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert engine.steps("step_id", "step_status") == [("a1", "completed"), ("a2", "completed")]
    assert engine.steps("output_data")[0] == {"until": "2026-03-04T09:00:00+00:00"}


def test_stop_as_a_failure_ends_the_run_whatever_the_error_handling(
    engine: Engine, live: Callable[..., Workflow]
) -> None:
    live(
        "deal.won",
        {"type": "stop", "outcome": "failure", "reason": "Not today"},
        settings={"errorHandling": {"onError": "continue"}},
    )
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert "Not today" in (engine.run().error_message or "")


def test_an_event_starts_a_workflow_once(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "create_task", "title": "Call"})
    event_id = engine.emit("deal.won")
    engine.settle()
    Event.objects.filter(id=event_id).update(routed_at=None)
    engine.settle()
    assert Task.objects.count() == 1


def test_runs_are_born_into_free_seats_and_queued_beyond_them(engine: Engine, live: Callable[..., Workflow]) -> None:
    live("deal.won", {"type": "delay", "duration": "1 day"})
    seats = engine.worker.pool.seats
    for _ in range(seats + 3):
        engine.emit("deal.won")
    engine.routing.work(engine.now)
    by_status = list(QueueItem.objects.order_by("status").values_list("status", flat=True))
    assert by_status.count("processing") == seats
    assert by_status.count("queued") == 3
    assert engine.runs.held == seats
    engine.settle()
    assert set(QueueItem.objects.values_list("status", flat=True)) == {"waiting"}
