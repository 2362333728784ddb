"""A list whose runs take turns, while events of the same customers come in."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.emit import emit
from opsflows.events.models import Event
from opsflows.events.route import route
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.batches.begin import start_rows
from opsflows.runs.lane import RunsLane
from opsflows.runs.models import Execution, Gate, QueueItem
from opsflows.workflows.models import Workflow
from tests.runs.batches.conftest import GREET, work
from tests.runs.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = {"concurrency": {"key": "{{customer}}"}, "maxExecutionsPerHour": 1000}
CUSTOMERS = 20


@pytest.fixture
def workflow(live: Callable[..., Workflow]) -> Workflow:
    RunsLane.present = None
    return live("deal.won", GREET, settings=SETTINGS)


def test_a_piece_locks_all_turns_with_its_first_statement_about_any(actor: Actor, workflow: Workflow) -> None:
    sent = [{"customer": number % CUSTOMERS} for number in range(60)]
    batch = start_rows(actor=actor, workflow_id=workflow.pk, sent=sent, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        assert work(batch).started == 60
    first = next(each["sql"] for each in queries if "INTO workflow_gates" in each["sql"])
    assert first.count("), (") == CUSTOMERS - 1
    assert Gate.objects.count() == CUSTOMERS
    assert QueueItem.objects.filter(status=QueueItem.Status.BLOCKED).count() == 60 - CUSTOMERS


@pytest.mark.postgres
def test_it_and_a_router_do_not_stop_each_other(account: PlatformAccount, actor: Actor, workflow: Workflow) -> None:
    sent = [{"customer": CUSTOMERS - number % CUSTOMERS} for number in range(300)]
    start_rows(actor=actor, workflow_id=workflow.pk, sent=sent, now=NOW)
    for number in range(400):
        emit(account_id=account.pk, name="deal.won", data={"customer": number % CUSTOMERS}, now=NOW)
    stuck: list[OperationalError] = []

    def router() -> None:
        try:
            while Event.objects.filter(routed_at=None).exists():
                try:
                    route(now=NOW, limit=20)
                except OperationalError as error:
                    stuck.append(error)
        finally:
            connection.close()

    routing = threading.Thread(target=router)
    routing.start()
    while run_one_job(holder="here", now=NOW):
        pass
    routing.join()
    assert not stuck
    assert Execution.objects.count() == 700
