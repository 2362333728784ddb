"""What ends a run that waits, at any point, as a success with a reason."""

from datetime import timedelta
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.cancel import cancel
from opsflows.runs.models import EventWait, Execution, Fork, QueueItem, Step
from opsflows.runs.resolve_unclear import resolve_unclear
from opsflows.workflows.outcomes import Retry, Unclear
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe, UnsafeProbe
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db

REST = {"type": "delay", "duration": "1 hour"}
REST_OVER = timedelta(hours=1)
CALL = {"type": "probe_outside", "note": "{{order.id}}"}
ORDERED = {"event": "order.completed", "field": "order.id", "value": "{{order.id}}", "reason": "The order completed."}


def exits(*listed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"exits": list(listed), **more}


def ended(engine: Engine) -> tuple[str, str | None]:
    run = engine.run()
    assert QueueItem.objects.count() == 0
    assert not EventWait.objects.filter(is_open=True).exists()
    assert not Step.objects.filter(step_status__in=["running", "waiting"]).exists()
    return run.execution_status, run.exit_reason


def test_the_event_ends_the_run_where_it_waits(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.emit("order.completed", order={"id": 2})
    engine.settle()
    assert engine.run().execution_status == "waiting"
    event_id = engine.emit("order.completed", order={"id": "1"})
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")
    assert engine.run().error_message is None
    assert EventWait.objects.get().event_id == event_id
    assert Step.objects.get().error_message == "The run ended before this step did."
    assert OutsideProbe.seen == []


def test_an_event_that_came_before_the_first_wait_counts(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.emit("order.completed", order={"id": 1})
    engine.routing.work(engine.now)
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")


def test_it_listens_as_long_as_the_run_lasts(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> again", "again -> call", rest=REST, again=REST, call=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.pass_time(hours=1)
    assert EventWait.objects.get().is_open
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")


def test_a_run_that_comes_to_its_end_listens_no_longer(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.pass_time(hours=1)
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("completed", None)
    assert len(OutsideProbe.seen) == 1


def test_a_call_in_flight_is_recorded_first(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", "call -> more", rest=REST, call=CALL, more=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.now += REST_OVER
    engine.runs.work(engine.now)
    engine.emit("order.completed", order={"id": 1})
    engine.routing.work(engine.now)
    assert engine.run().execution_status != "completed"
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")
    assert [step.step_status for step in Step.objects.filter(step_id="call")] == ["completed"]
    assert len(OutsideProbe.seen) == 1


def test_a_step_that_is_to_be_tried_again_is_not(engine: Engine, publish_flow: Publish) -> None:
    OutsideProbe.script[:] = [Retry("later")]
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.now += REST_OVER
    while not OutsideProbe.seen:
        engine.runs.work(engine.now)
        engine.wake.wait(0.1)
    while engine.runs.held:
        engine.runs.work(engine.now)
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")
    assert len(OutsideProbe.seen) == 1


def test_waits_in_branches_are_ended_too(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "list.each -> rest",
        "rest -> call",
        list={"type": "foreach", "items": "{{items}}", "concurrency": 2},
        rest=REST,
        call=CALL,
        settings=exits(ORDERED),
    )
    engine.emit("deal.won", order={"id": 1}, items=[1, 2, 3])
    engine.settle()
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")
    assert Fork.objects.get().status == "joined"
    assert OutsideProbe.seen == []


def test_what_a_person_has_to_say_is_said_first(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    UnsafeProbe.script[:] = [Unclear("the line went dead")]
    publish_flow("call -> more", call={"type": "probe_unsafe"}, more=CALL, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert engine.run().execution_status == "needs_attention"
    resolve_unclear(actor=actor, execution_id=engine.run().id, verdict="it_happened", now=engine.now)
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")
    assert OutsideProbe.seen == []


def test_who_cancelled_it_was_first(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    publish_flow("call -> rest", call=CALL, rest=REST, settings=exits(ORDERED))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    cancel(actor=actor, execution_id=engine.run().id, now=engine.now)
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("cancelled", None)


def test_of_several_exits_the_first_to_happen_says_why(engine: Engine, publish_flow: Publish) -> None:
    gone = {"event": "customer.unsubscribed", "reason": "They unsubscribed."}
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(ORDERED, gone))
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    engine.emit("customer.unsubscribed")
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("completed", "They unsubscribed.")


def test_conditions_of_an_event_are_about_the_event(engine: Engine, publish_flow: Publish) -> None:
    large = {"event": "order.completed", "conditions": [{"field": "amount", "operator": "greater_than", "value": 10}]}
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(large))
    engine.emit("deal.won", amount=100)
    engine.settle()
    engine.emit("order.completed", amount=5)
    engine.settle()
    assert engine.run().execution_status == "waiting"
    engine.emit("order.completed", amount=50)
    engine.settle()
    assert ended(engine) == ("completed", "order.completed was received.")


SCORED = {"conditions": {"field": "score", "operator": "greater_than", "value": 10}, "reason": "Scored enough."}


def test_conditions_alone_are_looked_at_when_a_wait_is_over(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "set -> rest", "rest -> call", set={"type": "set", "values": {"score": 11}}, rest=REST, call=CALL,
        settings=exits(SCORED),
    )  # fmt: skip
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == "waiting"
    assert EventWait.objects.count() == 0
    engine.pass_time(hours=1)
    assert ended(engine) == ("completed", "Scored enough.")
    assert engine.steps("step_id", "step_status") == [("set", "completed"), ("rest", "completed")]


def test_they_read_what_the_wait_brought(engine: Engine, publish_flow: Publish) -> None:
    condition = {"field": "steps.wait.output.data.status", "operator": "equals", "value": "lost"}
    publish_flow(
        "wait.received -> call",
        wait={"type": "wait_for_event", "event": "deal.changed"},
        call=CALL,
        settings=exits({"conditions": condition, "reason": "The deal is lost."}),
    )
    engine.emit("deal.won")
    engine.settle()
    engine.emit("deal.changed", status="lost")
    engine.settle()
    assert ended(engine) == ("completed", "The deal is lost.")


def test_a_branch_that_goes_on_ends_the_whole_run(engine: Engine, publish_flow: Publish) -> None:
    publish_flow(
        "fork.left -> set",
        "set -> rest",
        "rest -> call",
        "fork.right -> long",
        "fork -> after",
        fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}]},
        set={"type": "set", "values": {"score": 11}, "scope": "local"},
        rest=REST,
        call=CALL,
        long={"type": "delay", "duration": "9 hours"},
        after=CALL,
        settings=exits(SCORED),
    )
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    assert ended(engine) == ("completed", "Scored enough.")
    assert OutsideProbe.seen == []


def test_a_value_that_is_not_there_is_warned_of(engine: Engine, publish_flow: Publish) -> None:
    publish_flow("rest -> call", rest=REST, call=CALL, settings=exits(ORDERED))
    engine.emit("deal.won")
    engine.settle()
    [warning] = Step.objects.get().warnings
    assert warning == (
        "The exit at order.completed does not listen: its value is empty; the variable that names it has no value here."
    )
    engine.pass_time(hours=1)
    assert ended(engine) == ("completed", None)


def test_a_run_that_is_taken_up_again_listens_again(engine: Engine, publish_flow: Publish, actor: Actor) -> None:
    from opsflows.runs.replay.take_up import take_up

    publish_flow(
        "rest -> stop", "stop.error -> again", rest=REST, stop={"type": "probe_broken"}, again=REST,
        settings=exits(ORDERED),
    )  # fmt: skip
    engine.emit("deal.won", order={"id": 1})
    engine.settle()
    Execution.objects.update(deadline_at=engine.now)
    engine.settle()
    engine.pass_time(hours=1)
    assert ended(engine) == ("timeout", None)
    take_up(actor=actor, execution_id=engine.run().id, now=engine.now)
    engine.settle()
    engine.emit("order.completed", order={"id": 1})
    engine.settle()
    assert ended(engine) == ("completed", "The order completed.")
