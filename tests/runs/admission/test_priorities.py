"""What goes first where more is due than there are seats."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.records.models import Task
from opsflows.runs.engine.claim import claim
from opsflows.runs.lane import BY_AGE
from opsflows.runs.models import QueueItem
from opsflows.workflows.models import Workflow
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

SEATS = 4
TASK = {"type": "create_task", "title": "{{n}}"}


@pytest.fixture
def narrow(engine: Engine) -> Engine:
    """A worker with few seats, which others route for."""
    engine.worker.pool.seats = SEATS
    return engine


def flood(engine: Engine, name: str, count: int, first: int = 0) -> None:
    """So many more, each a second after the one before."""
    for number in range(first, first + count):
        engine.emit(name, n=f"{name} {number}")
        engine.now += timedelta(seconds=1)
        engine.route_elsewhere()


def titles() -> list[str]:
    return list(Task.objects.order_by("id").values_list("title", flat=True))


def test_a_flood_of_urgent_runs_starves_nobody(narrow: Engine, live: Callable[..., Workflow]) -> None:
    live("low", TASK, name="Low", settings={"priority": "low"})
    live("urgent", TASK, name="Urgent", settings={"priority": "urgent"})
    flood(narrow, "low", 2)
    flood(narrow, "urgent", SEATS * 2)
    rounds = 0
    while not {"low 0", "low 1"} <= set(titles()):
        # Before each claim there are more urgent ones than seats.
        flood(narrow, "urgent", SEATS, first=100 + rounds * SEATS)
        narrow.runs.work(narrow.now)
        rounds += 1
        assert rounds <= BY_AGE + 2
    assert rounds >= BY_AGE
    assert titles().index("low 0") >= SEATS * (BY_AGE - 1)


def test_the_urgent_ones_go_first_otherwise(narrow: Engine, live: Callable[..., Workflow]) -> None:
    live("low", TASK, name="Low", settings={"priority": "low"})
    live("urgent", TASK, name="Urgent", settings={"priority": "urgent"})
    for number in range(BY_AGE + 2):
        flood(narrow, "low", SEATS - 1, first=number * SEATS)
        narrow.runs.work(narrow.now)
    # There was never a crowd, so age has earned no turn.
    flood(narrow, "low", SEATS * 2, first=1000)
    flood(narrow, "urgent", 2)
    narrow.runs.work(narrow.now)
    assert {"urgent 0", "urgent 1"} <= set(titles()[-SEATS:])


@pytest.mark.parametrize(("oldest", "index"), [(True, "queue_oldest"), (False, "queue_claimable")])
def test_a_claim_reads_through_its_index(
    engine: Engine, live: Callable[..., Workflow], oldest: bool, index: str
) -> None:
    live("deal.won", TASK)
    for number in range(20):
        engine.emit("deal.won", n=number)
    engine.route_elsewhere()
    with CaptureQueriesContext(connection) as captured:
        taken = claim(worker_id=engine.worker.id, limit=2, now=NOW, oldest=oldest)
    assert len(taken) == 2
    statement = captured.captured_queries[-1]["sql"]
    QueueItem.objects.update(status=QueueItem.Status.QUEUED, worker_id=None)
    assert index in plan(statement)


def plan(statement: str) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + statement)
            return " ".join(str(row[3]) for row in cursor.fetchall())
        # A table of a test is small: what is asked is whether the index serves, not what is cheaper here.
        cursor.execute("ANALYZE workflow_queue")
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET enable_bitmapscan = off")
        cursor.execute("SET enable_sort = off")
        try:
            cursor.execute("EXPLAIN " + statement)
            return " ".join(row[0] for row in cursor.fetchall())
        finally:
            cursor.execute("RESET ALL")
