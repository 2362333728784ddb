"""Runs, replays, tries and traces of flows in which steps are disabled: nobody meets them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.runs.dry_run import dry_run
from opsflows.runs.models import Execution
from opsflows.runs.replay.take_up import take_up
from opsflows.runs.trace import trace
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine
from tests.runs.graphs import graph, publisher
from tests.runs.kinds import OutsideProbe
from tests.runs.queued import QueuedEngine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("probes")]

OFF = {"disabled": True}


def put(name: str, **rest: Any) -> dict[str, Any]:
    return {"type": "set", "values": {name: "{{n}}"}, **rest}


#: Every way in which a step can be off at once: a first one, one that asks, one that calls, forks, and one in a branch.
FLOW = graph(
    "first -> ask",
    "ask.approved -> call",
    "ask.rejected -> sorry",
    "call.done -> list",
    "call.error -> alarm",
    "list.each -> inside",
    "list.done -> both",
    "both.left -> left",
    "left -> deeper",
    "both.right -> right",
    "both.done -> sub",
    "sub -> last",
    first=put("first", **OFF),
    ask={"type": "approval", "title": "May we?", **OFF},
    sorry=put("sorry"),
    call={"type": "webhook", "url": "https://crm.example/x", **OFF},
    alarm=put("alarm"),
    list={"type": "foreach", "items": "{{items}}", **OFF},
    inside=put("inside"),
    both={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}]},
    left=put("left", **OFF),
    deeper=put("deeper"),
    right=put("right", **OFF),
    sub={"type": "subworkflow", "workflowId": "Gone", **OFF},
    last=put("last"),
)


@pytest.fixture
def engine(account: PlatformAccount) -> Iterator[Engine]:
    engine = QueuedEngine(account_id=account.id, now=NOW)
    yield engine
    engine.close()


@pytest.fixture
def publish_flow(actor: Actor) -> Callable[..., Workflow]:
    return publisher(actor)


def ids(engine: Engine) -> set[str]:
    return set(engine.steps("step_id"))


def test_what_runs_and_what_a_dry_run_says_are_the_same(actor: Actor, engine: Engine) -> None:
    workflow = create_workflow(actor=actor, name="Flow", workflow_data=FLOW)
    tried = dry_run(actor=actor, workflow=workflow, data={"n": 1, "items": [1, 2]}, now=NOW)
    publish(actor=actor, workflow=workflow, now=NOW)
    engine.emit("deal.won", n=1, items=[1, 2])
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    assert ids(engine) == {step.id for step in tried.steps} == {"both", "deeper", "last"}


def test_an_error_branch_stays_one(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    """What is led to by the error of a disabled step alone never runs; that of one before it still does."""
    publish_flow(
        "a -> b",
        "a.error -> off",
        "off -> mend",
        "off.error -> worse",
        "b.error -> alarm",
        a={"type": "probe_outside", "note": "a", "onError": "branch"},
        b={"type": "probe_outside", "note": "b", **OFF},
        off={"type": "probe_outside", "note": "off", **OFF},
        mend=put("mend"),
        worse=put("worse"),
        alarm=put("alarm"),
    )
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won", n=1)
    engine.settle()
    assert ids(engine) == {"a", "mend"}
    engine.emit("deal.won", n=2)
    engine.settle()
    assert ids(engine) == {"a", "mend"}


def test_a_run_that_is_taken_up_goes_past_it(
    engine: Engine, actor: Actor, publish_flow: Callable[..., Workflow]
) -> None:
    publish_flow("a -> b", "b -> c", a={"type": "probe_outside", "note": "a"}, b=put("b", **OFF), c=put("c"))
    OutsideProbe.script[:] = [Fail("no")]
    engine.emit("deal.won", n=1)
    engine.settle()
    take_up(actor=actor, execution_id=engine.run().pk, now=engine.now)
    engine.settle()
    assert (engine.run().execution_status, ids(engine)) == (Execution.Status.COMPLETED, {"a", "c"})


def test_a_run_that_waits_is_not_said_to_come_to_it(engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    publish_flow(
        "wait -> off",
        "off.approved -> last",
        "off.rejected -> sorry",
        wait={"type": "delay", "duration": "1 hour"},
        off={"type": "approval", "title": "May we?", **OFF},
        last=put("last"),
        sorry=put("sorry"),
    )
    engine.emit("deal.won")
    engine.settle()
    assert [place.node_id for place in trace(engine.run().pk).ahead] == ["last"]
