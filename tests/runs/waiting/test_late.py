"""What comes at the last moment, or when nobody waits for it any more."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs import lane
from opsflows.runs.cancel import cancel
from opsflows.runs.models import EventWait, Execution
from opsflows.runs.resolve_unclear import resolve_unclear
from opsflows.runs.waiting.unrouted import give_unrouted
from opsflows.workflows.outcomes import Unclear
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe, UnsafeProbe
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db

CALL = {"type": "probe_outside"}


def notes() -> list[str]:
    return [request["note"] for _, request in OutsideProbe.seen]


def test_a_run_that_was_given_up_does_not_cut_the_next_wait_short(
    engine: Engine, publish_flow: Publish, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_flow(name="Child", event="a.b", call=CALL)
    publish_flow(
        "sub.timeout -> rest",
        name="Parent",
        sub={"type": "subworkflow", "workflowId": "Child", "timeout": "1 minute"},
        rest={"type": "delay", "duration": "1 day"},
    )
    engine.emit("deal.won")
    engine.routing.work(engine.now)
    with monkeypatch.context() as slow:
        # The call of the other run stays out.
        slow.setattr(engine.runs, "_collect", lambda: None)
        for _ in range(3):
            engine.runs.work(engine.now)
        child = Execution.objects.get(workflow__workflow_name="Child")
        # A person cancels it while its call is under way; then the time of whoever waits for it is over.
        cancel(actor=actor, execution_id=child.pk, now=engine.now)
        engine.now += timedelta(minutes=1)
        engine.runs.work(engine.now)
    engine.settle()
    child.refresh_from_db()
    assert (child.execution_status in Execution.TERMINAL, child.awaited_by) == (True, None)
    parent = Execution.objects.get(workflow__workflow_name="Parent")
    assert (parent.execution_status, parent.current_step) == ("waiting", "rest")
    engine.pass_time(days=1)
    parent.refresh_from_db()
    assert parent.execution_status == "completed"


@pytest.mark.parametrize("before", [True, False])
def test_an_event_is_routed_while_the_run_is_claimed_for_its_time_limit(
    engine: Engine, publish_flow: Publish, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    publish_flow(
        "list.each -> wait",
        "wait.received -> yes",
        "wait.timeout -> no",
        list={"type": "foreach", "items": "{{items}}", "concurrency": 2},
        wait={"type": "wait_for_event", "event": "invoice.paid", "timeout": "1 hour"},
        yes={"type": "probe_outside", "note": "{{steps.wait.output.data.amount}}"},
        no={"type": "probe_outside", "note": "late"},
    )
    engine.emit("deal.won", items=[1, 2])
    engine.settle()
    engine.now += timedelta(hours=1) if before else timedelta(hours=1, seconds=1)
    engine.emit("invoice.paid", amount=7)

    def routed_meanwhile(runs: Any, *, now: datetime) -> None:
        engine.routing.work(now)
        give_unrouted(runs, now=now)

    monkeypatch.setattr(lane, "give_unrouted", routed_meanwhile)
    engine.runs.work(engine.now)
    engine.settle()
    assert notes() == (["7", "7"] if before else ["late", "late"])
    assert EventWait.objects.filter(event__isnull=False).count() == (2 if before else 0)


def test_an_exit_leaves_it_to_a_person_what_became_of_the_call_under_way(
    engine: Engine, publish_flow: Publish, actor: Actor
) -> None:
    UnsafeProbe.script[:] = [Unclear("the line went dead")]
    publish_flow(
        "rest -> call",
        "call -> more",
        rest={"type": "delay", "duration": "1 hour"},
        call={"type": "probe_unsafe"},
        more=CALL,
        settings={"exits": [{"event": "order.completed", "reason": "Ordered."}]},
    )
    engine.emit("deal.won")
    engine.settle()
    engine.now += timedelta(hours=1)
    engine.runs.work(engine.now)
    engine.emit("order.completed")
    engine.routing.work(engine.now)
    engine.settle()
    run = engine.run()
    assert (run.execution_status, run.error_message) == ("needs_attention", "the line went dead")
    resolve_unclear(actor=actor, execution_id=run.pk, verdict="it_happened", now=engine.now)
    engine.settle()
    run.refresh_from_db()
    assert (run.execution_status, run.exit_reason) == ("completed", "Ordered.")
    assert engine.steps("step_id", "step_status") == [("rest", "completed"), ("call", "completed")]


@pytest.mark.parametrize("way", ["continue", "error"])
@pytest.mark.parametrize("inside", [False, True])
def test_one_that_failed_takes_the_next_one_not_along(
    engine: Engine, publish_flow: Publish, way: str, inside: bool
) -> None:
    """In one commit the step before is left as failed, and the next one has another run started for the same row."""
    publish_flow(name="Child", event="a.b", stop={"type": "stop", "outcome": "failure"})
    publish_flow("rest -> call", name="Other", event="a.b", rest={"type": "delay", "duration": "1 hour"}, call=CALL)
    first = {"type": "subworkflow", "workflowId": "Child", **({"onError": "continue"} if way == "continue" else {})}
    second = {"type": "subworkflow", "workflowId": "Other"}
    edge = "first -> second" if way == "continue" else "first.error -> second"
    if inside:
        each = {"type": "foreach", "items": [1, 2], "concurrency": 2, "on_item_error": "stop"}
        publish_flow("list.each -> first", edge, name="Parent", list=each, first=first, second=second)
    else:
        publish_flow(edge, name="Parent", first=first, second=second)
    engine.emit("deal.won")
    engine.settle()
    engine.pass_time(hours=1)
    others = Execution.objects.filter(workflow__workflow_name="Other")
    assert {run.execution_status for run in others} == {"completed"}
    parent = Execution.objects.get(workflow__workflow_name="Parent")
    assert parent.execution_status == "completed"
