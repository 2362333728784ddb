"""Lists at the length that they may have."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor
from opsflows.runs.models import Execution, Fork
from tests.runs.conftest import NOW
from tests.runs.graphs import publisher
from tests.runs.queued import QueuedEngine

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(actor: Actor) -> QueuedEngine:
    return QueuedEngine(account_id=actor.account_id, now=NOW)


def test_a_list_without_steps_is_gone_through_by_the_thousand(engine: QueuedEngine, actor: Actor) -> None:
    publisher(actor)("list -> after", list={"type": "foreach", "items": "{{items}}"}, after={"type": "stop"})
    engine.emit("deal.won", items=list(range(2500)))
    with CaptureQueriesContext(connection) as queries:
        engine.settle()
    assert (engine.run().execution_status, engine.output("list")["done"]) == ("completed", 2500)
    assert len(queries) < 100


def test_more_items_may_fail_than_a_small_number_holds(engine: QueuedEngine, actor: Actor) -> None:
    rest = {"type": "delay", "duration": "1 hour"}
    publisher(actor)("list.each -> rest", list={"type": "foreach", "items": [1]}, rest=rest)
    engine.emit("deal.won")
    engine.settle()
    # As forty thousand items would have left it.
    Fork.objects.update(failed_steps=40_000)
    engine.pass_time(hours=1)
    run = Execution.objects.get()
    assert (run.execution_status, run.failed_steps) == ("completed", 40_000)
