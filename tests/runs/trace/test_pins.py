"""Answers pinned to steps: kept with the draft, no part of what is published, ignored by runs in earnest."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.pin_answer import MAX_PINNED, pin_answer, unpin_answer
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.unpublished import has_unpublished
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]

STEPS = {"call": {"type": "probe_outside", "note": "x"}, "after": {"type": "set", "values": {"x": 1}}}


def pinned(workflow: Workflow, node_id: str = "call") -> Any:
    workflow.refresh_from_db()
    return read_graph(workflow.workflow_data).by_id[node_id].pinned


def test_a_pin_comes_and_goes_and_publishes_nothing(actor: Actor, publish_flow: Callable[..., Workflow]) -> None:
    workflow = publish_flow("call -> after", **STEPS)
    data = workflow.workflow_data
    pin_answer(actor=actor, workflow=workflow, node_id="call", output={"score": 1}, handle="done")
    assert pinned(workflow) == {"output": {"score": 1}, "handle": "done"}
    assert (workflow.revision, has_unpublished(workflow)) == (2, False)
    # The same once more is no change.
    pin_answer(actor=actor, workflow=workflow, node_id="call", output={"score": 1}, handle="done")
    workflow.refresh_from_db()
    assert workflow.revision == 2
    unpin_answer(actor=actor, workflow=workflow, node_id="call")
    assert pinned(workflow) is None
    assert workflow.workflow_data == data


def test_a_run_in_earnest_asks_the_step(actor: Actor, engine: Engine, publish_flow: Callable[..., Workflow]) -> None:
    steps = {**STEPS, "call": {**STEPS["call"], "pinned": {"output": {"note": "pinned"}, "handle": "error"}}}
    publish_flow("call -> after", **steps)
    engine.emit("deal.won")
    engine.settle()
    assert engine.output("call") == {"note": "x"}
    assert len(OutsideProbe.seen) == 1


@pytest.mark.parametrize(
    ("node_id", "output", "handle", "message"),
    [
        ("gone", {}, "", "no such step"),
        ("trigger", {}, "", "no such step"),
        ("call", {}, "sideways", "it has done, error"),
        ("call", {"text": "x" * MAX_PINNED}, "", "longer than 64 KB"),
    ],
)
def test_what_cannot_be_pinned(
    actor: Actor, publish_flow: Callable[..., Workflow], node_id: str, output: Any, handle: str, message: str
) -> None:
    workflow = publish_flow("call -> after", **STEPS)
    with pytest.raises(InvalidDefinition, match=message):
        pin_answer(actor=actor, workflow=workflow, node_id=node_id, output=output, handle=handle)
    assert pinned(workflow) is None


def test_who_may_only_look_pins_nothing(account: Any, publish_flow: Callable[..., Workflow]) -> None:
    workflow = publish_flow("call -> after", **STEPS)
    viewer = Actor(account_id=account.pk, user_id=None, role="viewer", door="admin")
    with pytest.raises(Forbidden):
        pin_answer(actor=viewer, workflow=workflow, node_id="call", output={})
    with pytest.raises(Forbidden):
        unpin_answer(actor=viewer, workflow=workflow, node_id="call")
