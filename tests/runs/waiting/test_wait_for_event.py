"""A step that rests until an event comes."""

from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import emit
from opsflows.runs.cancel import cancel
from opsflows.runs.models import EventWait, Execution, QueueItem, Step
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db


def paid(**config: Any) -> dict[str, Any]:
    return {"type": "wait_for_event", "event": "invoice.paid", **config}


def seen(text: str) -> dict[str, Any]:
    return {"type": "probe_outside", "note": text}


WAYS = ("wait.received -> yes", "wait.timeout -> no")
AFTER = {"yes": seen("{{steps.wait.output.data.amount}}"), "no": seen("late")}


def notes() -> list[str]:
    return [request["note"] for _, request in OutsideProbe.seen]


def test_the_event_wakes_the_run_and_is_read_by_later_steps(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, wait=paid(timeout="2 days"), **AFTER)
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "waiting"
    event_id = engine.emit("invoice.paid", amount=7)
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert notes() == ["7"]
    output = engine.output("wait")
    assert (output["id"], output["name"], output["data"]) == (str(event_id), "invoice.paid", {"amount": 7})
    wait = EventWait.objects.get()
    assert (wait.is_open, wait.event_id) == (False, event_id)


def test_when_its_time_is_over_it_goes_the_other_way(engine: Engine, publish_flow: Publish) -> None:
    # Monday noon in Berlin; four business hours later is Monday afternoon.
    publish_flow(*WAYS, wait=paid(timeout="4 business hours"), **AFTER)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=3)
    assert notes() == []
    engine.pass_time(hours=1)
    assert notes() == ["late"]
    assert engine.run().execution_status == "completed"
    assert not EventWait.objects.filter(is_open=True).exists()
    engine.emit("invoice.paid", amount=7)
    engine.settle()
    assert notes() == ["late"]


def test_without_a_timeout_only_the_runs_own_time_ends_it(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, wait=paid(), settings={"timeout": "30 days"}, **AFTER)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(days=29)
    assert engine.run().execution_status == "waiting"
    engine.pass_time(days=1)
    assert engine.run().execution_status == "timeout"
    assert not EventWait.objects.filter(is_open=True).exists()
    assert Step.objects.get().step_status == "skipped"


def test_the_steps_own_time_limit_fails_it(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, "wait.error -> oh", wait=paid(stepTimeout="1 hour"), oh=seen("error"), **AFTER)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    assert notes() == ["error"]
    assert not EventWait.objects.filter(is_open=True).exists()


def test_it_is_found_by_a_field_that_is_equal(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, wait=paid(field="invoice.id", value="{{id}}", timeout="1 day"), **AFTER)
    pairs = [
        (42, 42, True),
        (43, "43.0", True),
        ("44", 44, True),
        ("007", 7, True),
        ("008", "8", False),
        ("a-1", "a-1", True),
        ("b-1", "B-1", False),
        (True, "TRUE", True),
        (45, None, False),
        (46, [46], False),
    ]
    for wanted, _, _ in pairs:
        engine.emit("deal.won", id=wanted)
    engine.settle()
    engine.emit("invoice.paid", amount="missing")
    for index, (_, came, _) in enumerate(pairs):
        engine.emit("invoice.paid", amount=index, invoice={"id": came})
    engine.settle()
    assert sorted(notes()) == [str(index) for index, (_, _, fits) in enumerate(pairs) if fits]


def test_conditions_are_asked_of_the_event(engine: Engine, publish_flow: Publish) -> None:
    conditions = {"field": "amount", "operator": "greater_than", "value": 100}
    publish_flow(*WAYS, wait=paid(conditions=conditions), **AFTER)
    engine.emit("deal.won", amount=1000)
    engine.settle()
    engine.emit("invoice.paid", amount=50)
    engine.settle()
    assert notes() == []
    engine.emit("invoice.paid", amount=150)
    engine.settle()
    assert notes() == ["150"]


def test_an_event_wakes_everyone_who_waits_for_it_and_nobody_else(
    engine: Engine, publish_flow: Publish, account: PlatformAccount
) -> None:
    publish_flow(*WAYS, wait=paid(field="id", value="{{id}}", timeout="1 day"), **AFTER)
    for number in (1, 1, 2):
        engine.emit("deal.won", id=number)
    engine.settle()
    other = PlatformAccount.objects.create(slug="other", name="Other", timezone="UTC")
    emit(account_id=other.pk, name="invoice.paid", data={"id": 2, "amount": 9}, now=engine.now)
    engine.emit("invoice.paid", id=1, amount=5)
    engine.settle()
    assert notes() == ["5", "5"]
    assert Execution.objects.filter(execution_status="waiting").count() == 1


def test_of_several_events_the_first_is_taken(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, wait=paid(), **AFTER)
    engine.emit("deal.won")
    engine.settle()
    for amount in (1, 2, 3):
        engine.emit("invoice.paid", amount=amount)
    engine.settle()
    assert notes() == ["1"]


def test_what_came_since_the_start_counts_and_what_came_before_does_not(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> wait", *WAYS, rest={"type": "delay", "duration": "1 hour"}, wait=paid(), **AFTER)
    engine.emit("invoice.paid", amount=1)
    engine.settle()
    engine.pass_time(hours=1)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(minutes=30)
    engine.emit("invoice.paid", amount=2)
    engine.emit("invoice.paid", amount=3)
    engine.settle()
    engine.pass_time(minutes=30)
    assert notes() == ["2"]


def test_each_wait_of_a_run_takes_an_event_of_its_own(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "rest -> first",
        "first.received -> second",
        "second.received -> yes",
        rest={"type": "delay", "duration": "1 hour"},
        first=paid(),
        second=paid(),
        yes=seen("{{steps.first.output.data.amount}} {{steps.second.output.data.amount}}"),
    )
    engine.emit("deal.won")
    engine.settle()
    engine.emit("invoice.paid", amount=1)
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.run().execution_status == "waiting"
    engine.emit("invoice.paid", amount=2)
    engine.settle()
    assert notes() == ["1 2"]


def test_the_event_that_started_the_run_is_none_to_wait_for(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, wait=paid(event="deal.won"), settings={"timeout": "1 day"}, **AFTER)
    engine.emit("deal.won", amount=1)
    engine.settle()
    assert engine.run().execution_status == "waiting"
    engine.emit("deal.won", amount=2)
    engine.settle()
    # The second one starts a run as well, which waits in its turn.
    assert notes() == ["2"]
    assert sorted(Execution.objects.values_list("execution_status", flat=True)) == ["completed", "waiting"]


def test_branches_wait_each_for_its_own(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> wait",
        "wait.received -> yes",
        list={"type": "foreach", "items": "{{ids}}", "concurrency": 5},
        wait=paid(field="id", value="{{item}}"),
        yes=seen("{{item}}: {{steps.wait.output.data.amount}}"),
    )
    engine.emit("deal.won", ids=["a", "b"])
    engine.settle()
    engine.emit("invoice.paid", id="b", amount=2)
    engine.settle()
    assert engine.run().execution_status == "running"
    engine.emit("invoice.paid", id="a", amount=1)
    engine.settle()
    assert engine.run().execution_status == "completed"
    assert notes() == ["b: 2", "a: 1"]


def test_a_branch_that_is_given_up_waits_no_longer(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "fork.left -> wait",
        "fork.right -> rest",
        fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}], "wait_for": "any"},
        wait=paid(),
        rest={"type": "delay", "duration": "1 hour"},
    )
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    assert engine.run().execution_status == "completed"
    assert not EventWait.objects.filter(is_open=True).exists()


def test_a_cancelled_run_waits_no_longer(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    publish_flow(*WAYS, wait=paid(), **AFTER)
    engine.emit("deal.won")
    engine.settle()
    cancel(actor=actor, execution_id=engine.run().id, now=engine.now)
    assert not EventWait.objects.filter(is_open=True).exists()
    engine.emit("invoice.paid", amount=1)
    engine.settle()
    assert notes() == []
    assert QueueItem.objects.count() == 0


def test_a_value_that_is_not_there_fails_the_step(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(*WAYS, wait=paid(field="id", value="{{nothing}}"), **AFTER)
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    assert run.execution_status == "failed"
    assert "value: is empty; the variable that names it has no value here." in (run.error_message or "")
