"""Branches of a fork, and of one inside of it, that end in the same commit."""

import pytest

from opsflows.accounts.actor import Actor
from opsflows.runs.models import Branch, Fork, QueueItem, Step
from tests.runs.conftest import NOW
from tests.runs.graphs import publisher
from tests.runs.queued import QueuedEngine

pytestmark = pytest.mark.django_db

REST = {"type": "delay", "duration": "1 hour"}


@pytest.fixture
def engine(actor: Actor) -> QueuedEngine:
    return QueuedEngine(account_id=actor.account_id, now=NOW)


@pytest.mark.parametrize("concurrency", [1, 2])
def test_what_was_given_up_with_the_outer_one_stays_given_up(
    engine: QueuedEngine, actor: Actor, concurrency: int
) -> None:
    publisher(actor)(
        "fork.left -> list",
        "list.each -> rest",
        "rest -> again",
        "fork.right -> other",
        "fork -> after",
        fork={"type": "parallel", "branches": [{"name": "left"}, {"name": "right"}], "wait_for": "any"},
        list={"type": "foreach", "items": "{{hours}}", "concurrency": concurrency},
        rest={"type": "delay", "duration": "{{item}} hours"},
        again={"type": "condition", "conditions": {"field": "item", "operator": "equals", "value": 1}},
        other=REST,
        after={"type": "set", "values": {"done": True}},
    )
    engine.emit("deal.won", hours=[1, 5, 5])
    engine.settle()
    # The first item is over, and so is the other branch, which decides that nobody needs the list any more.
    engine.pass_time(hours=1)
    assert engine.run().execution_status == "completed"
    assert not QueueItem.objects.exists()
    assert not Step.objects.filter(step_status="waiting").exists()
    inner = Fork.objects.get(node_id="list")
    begun = [branch.status for branch in inner.branches.order_by("position")][: inner.launched]
    assert (inner.status, inner.done, inner.dropped) == ("joined", 1, concurrency - 1)
    assert begun == [Branch.Status.COMPLETED, Branch.Status.DROPPED][:concurrency]
