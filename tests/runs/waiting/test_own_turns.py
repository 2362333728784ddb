"""A workflow with turns that does a part for another one, or for itself."""

from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Execution, Gate, QueueItem
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from tests.runs.engine import Engine
from tests.runs.graphs import graph
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db


def sub(**config: Any) -> dict[str, Any]:
    return {"type": "subworkflow", "workflowId": "Loop", **config}


def loop(actor: Actor, engine: Engine, *edges: str, concurrency: dict[str, Any], **steps: Any) -> None:
    settings = {"concurrency": concurrency}
    workflow = create_workflow(actor=actor, name="Loop", workflow_data=graph(*edges, **steps), settings=settings)
    publish(actor=actor, workflow=workflow, now=engine.now)


def ends() -> list[str]:
    return list(Execution.objects.order_by("depth").values_list("execution_status", flat=True))


@pytest.mark.parametrize("limit", [1, 5])
@pytest.mark.parametrize("branch", [False, True])
def test_the_step_fails_and_says_why(engine: Engine, actor: Actor, limit: int, branch: bool) -> None:
    each = {"type": "foreach", "items": [1], "on_item_error": "stop"}
    edges, steps = (["list.each -> sub"], {"list": each, "sub": sub()}) if branch else ([], {"sub": sub()})
    loop(actor, engine, *edges, concurrency={"limit": limit}, **steps)
    engine.emit("deal.won")
    engine.settle()
    run = engine.run()
    assert run.execution_status == "failed"
    assert "“Loop” takes turns (concurrency) with the run that would wait for it" in (run.error_message or "")
    assert not Gate.objects.exists()


def test_it_is_seen_through_a_third_one(engine: Engine, actor: Actor, publish_flow: Publish) -> None:
    publish_flow(name="Between", event="a.b", sub={**sub(), "workflowId": "{{back}}"})
    loop(actor, engine, concurrency={"limit": 2}, sub=sub(workflowId="Between"))
    engine.emit("deal.won", back="Loop")
    engine.settle()
    assert ends() == ["failed", "failed"]


def test_another_key_is_another_turn(engine: Engine, actor: Actor) -> None:
    """Each of them names the key of the next."""
    more = {"type": "condition", "conditions": {"field": "next", "operator": "is_not_empty"}}
    part = sub(data={"key": "{{next}}", "next": ""})
    loop(actor, engine, "more.true -> sub", concurrency={"key": "{{key}}"}, more=more, sub=part)
    engine.emit("deal.won", key="a", next="b")
    engine.settle()
    assert ends() == ["completed", "completed"]


def test_without_waiting_it_takes_its_turn(engine: Engine, actor: Actor) -> None:
    more = {"type": "condition", "conditions": {"field": "again", "operator": "equals", "value": True}}
    part = sub(wait=False, data={"again": False})
    loop(actor, engine, "more.true -> sub", concurrency={"limit": 1}, more=more, sub=part)
    engine.emit("deal.won", again=True)
    engine.settle()
    assert ends() == ["completed", "completed"]


@pytest.mark.parametrize("way", ["cancel", "timeout"])
def test_who_waits_for_its_turn_is_given_up_at_once(
    engine: Engine, actor: Actor, publish_flow: Publish, way: str
) -> None:
    turns = {"concurrency": {"limit": 1}}
    publish_flow(name="Loop", event="a.b", rest={"type": "delay", "duration": "1 day"}, settings=turns)
    publish_flow(name="Parent", sub=sub(timeout="1 hour"))
    for event in ("a.b", "deal.won", "a.b"):
        engine.emit(event)
        engine.settle()
    [parent] = Execution.objects.filter(workflow__workflow_name="Parent")
    [child] = Execution.objects.filter(origin_id=parent.pk)
    assert QueueItem.objects.get(execution=child).status == QueueItem.Status.BLOCKED
    if way == "cancel":
        cancel(actor=actor, execution_id=parent.pk, now=engine.now)
        engine.settle()
    else:
        engine.pass_time(hours=1)
    child.refresh_from_db()
    assert (child.execution_status, child.awaited_by) == ("cancelled", None)
    engine.pass_time(days=1)
    engine.pass_time(days=1)
    others = Execution.objects.filter(workflow__workflow_name="Loop").exclude(pk=child.pk)
    assert [run.execution_status for run in others] == ["completed", "completed"]
    assert not Gate.objects.exists()
