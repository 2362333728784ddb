"""What cleaning spares, and what goes with a run."""

from datetime import timedelta

import pytest

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.runs.models import Branch, EventWait, Execution, Fork
from opsflows.upkeep.retention.kinds import KINDS
from tests.runs.engine import Engine
from tests.runs.waiting.conftest import Publish

pytestmark = pytest.mark.django_db


def clean(account: PlatformAccount, engine: Engine, kind: str) -> int:
    # Ids are made by the clock on the wall; the engine's is the test's own.
    found = KINDS[kind].find(account_id=account.pk, before=engine.now + timedelta(days=3650), after=None, limit=100)
    return KINDS[kind].delete(found.doomed) if found.doomed else 0


def test_what_a_run_took_stays_as_long_as_the_run(
    engine: Engine, publish_flow: Publish, account: PlatformAccount
) -> None:
    publish_flow(
        "list.each -> wait",
        "wait.received -> rest",
        list={"type": "foreach", "items": "{{ids}}"},
        wait={"type": "wait_for_event", "event": "invoice.paid"},
        rest={"type": "delay", "duration": "1 hour"},
        settings={"exits": [{"event": "order.completed"}]},
    )
    engine.emit("deal.won", ids=[1])
    engine.settle()
    paid, unheard = engine.emit("invoice.paid"), engine.emit("invoice.sent")
    engine.settle()
    assert clean(account, engine, "runs") == 0
    assert clean(account, engine, "events") == 1
    assert not Event.objects.filter(id=unheard).exists()
    engine.emit("order.completed")
    engine.settle()
    assert Execution.objects.get().exit_reason == "order.completed was received."
    assert clean(account, engine, "events") == 0
    assert (clean(account, engine, "runs"), EventWait.objects.count(), Fork.objects.count()) == (1, 0, 0)
    assert Branch.objects.count() == 0
    assert clean(account, engine, "events") == 3
    assert not Event.objects.filter(id=paid).exists()
