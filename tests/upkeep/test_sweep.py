"""The sweep tells once of what stands still, and of nothing that waits as it should."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opsflows.accounts.models import PlatformAccount, User
from opsflows.events.models import Event
from opsflows.records.models import Task
from opsflows.runs.models import Execution, QueueItem
from opsflows.upkeep.sweep import sweep as sweeping
from opsflows.workflows.models import Workflow
from tests.insights.past import Past, do
from tests.runs.engine import Engine

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def sweep(now: datetime = NOW) -> Any:
    return do("upkeep.sweep", now).result


def task(account: PlatformAccount, due: datetime | None, **fields: Any) -> Task:
    return Task.objects.create(account=account, title="Call Acme", due_at=due, created_at=NOW - DAY, **fields)


def told(name: str) -> list[Any]:
    return [event.payload.data for event in Event.objects.filter(name=name).order_by("id").select_related("payload")]


@pytest.mark.django_db
def test_an_overdue_task_is_told_once_for_each_due_time(account: PlatformAccount) -> None:
    person = User.objects.create(username="ada", email="ada@example.com")
    late = task(account, NOW - timedelta(hours=1), assignee=person, assigned_to="sales")
    task(account, NOW + timedelta(hours=1))
    task(account, None)
    task(account, NOW - DAY, status="done")
    assert sweep() == {"overdue": 1, "stalled": 0}
    assert sweep(NOW + timedelta(minutes=5)) == {"overdue": 0, "stalled": 0}
    [data] = told("task.overdue")
    assert (data["taskId"], data["title"], data["assigneeEmail"]) == (str(late.pk), "Call Acme", "ada@example.com")
    assert data["link"].endswith(f"/admin/records/task/{late.pk}/change/")
    late.due_at = NOW + timedelta(minutes=10)
    late.save()
    assert sweep(NOW + timedelta(minutes=15)) == {"overdue": 1, "stalled": 0}


@pytest.mark.django_db
def test_an_account_that_is_off_is_told_nothing(account: PlatformAccount, past: Past) -> None:
    task(account, NOW - DAY)
    past.run(NOW - DAY * 2, status="needs_attention")
    PlatformAccount.objects.update(is_active=False)
    assert sweep() == {"overdue": 0, "stalled": 0}


@pytest.mark.django_db
def test_many_are_told_piece_by_piece(monkeypatch: pytest.MonkeyPatch, account: PlatformAccount) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    other = PlatformAccount.objects.create(slug="globex", name="Globex")
    for number in range(7):
        # Several of one moment, too: a cursor must not lose its place among equals.
        task(account, NOW - timedelta(minutes=number // 4))
        task(other, NOW - timedelta(minutes=1 + number))
    assert sweep(NOW + timedelta(seconds=1))["overdue"] == 14
    assert len({data["taskId"] for data in told("task.overdue")}) == 14


@pytest.mark.django_db
def test_what_one_sweep_leaves_untold_the_next_one_tells(
    monkeypatch: pytest.MonkeyPatch, account: PlatformAccount
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    monkeypatch.setattr(sweeping, "MOST_TOLD", 5)
    for number in range(12):
        task(account, NOW - timedelta(minutes=1 + number))
    assert [sweep(NOW + timedelta(minutes=5 * number))["overdue"] for number in range(4)] == [5, 5, 2, 0]


def stand(run: Execution, **fields: Any) -> None:
    QueueItem.objects.filter(execution=run).update(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "stalls"),
    [
        ({"status": "queued", "scheduled_at": NOW - timedelta(minutes=16)}, True),
        ({"status": "queued", "scheduled_at": NOW - timedelta(minutes=16), "priority": 0}, True),
        ({"status": "queued", "scheduled_at": NOW - timedelta(minutes=14)}, False),
        ({"status": "waiting", "scheduled_at": NOW - timedelta(hours=1)}, True),
        ({"status": "waiting", "scheduled_at": NOW + timedelta(hours=1)}, False),
        ({"status": "processing", "lease_expires_at": NOW - timedelta(hours=1), "worker_id": uuid.uuid4()}, True),
        ({"status": "processing", "lease_expires_at": NOW + timedelta(seconds=9), "worker_id": uuid.uuid4()}, False),
        ({"status": "held", "entered_at": NOW - timedelta(hours=25)}, True),
        ({"status": "held", "entered_at": NOW - timedelta(hours=23)}, False),
    ],
)
def test_which_runs_stand_still(past: Past, fields: dict[str, Any], stalls: bool) -> None:
    run = past.run(NOW - timedelta(hours=30), status="waiting")
    stand(run, **fields)
    assert sweep()["stalled"] == stalls
    assert sweep(NOW + timedelta(minutes=1))["stalled"] == 0
    if stalls:
        [data] = told("workflow.stalled")
        assert (data["executionId"], data["workflowName"], data["stepId"]) == (str(run.pk), "Rule", "a1")
        assert data["link"].endswith(f"/admin/runs/execution/{run.pk}/change/")
        assert datetime.fromisoformat(data["stalledSince"]) in fields.values()


@pytest.mark.django_db
def test_a_run_that_was_late_and_then_waits_for_a_person_is_told_twice(past: Past) -> None:
    run = past.run(NOW - DAY, status="waiting")
    stand(run, status="queued", scheduled_at=NOW - timedelta(hours=1))
    assert sweep()["stalled"] == 1
    stand(run, status="held")
    assert sweep(NOW + DAY)["stalled"] == 1


@pytest.mark.django_db
def test_stalled_runs_that_listen_to_stalls_bring_no_more_of_them(past: Past) -> None:
    event = past.event(NOW - DAY, name="workflow.stalled")
    run = past.run(NOW - DAY, status="waiting", event=event)
    stand(run, status="queued", scheduled_at=NOW - timedelta(hours=1))
    assert sweep()["stalled"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_workflow_reacts(engine: Engine, live: Callable[..., Workflow], account: PlatformAccount) -> None:
    live("task.overdue", {"type": "create_task", "title": "Escalate: {{title}}"})
    task(account, NOW - DAY)
    sweep()
    engine.now = NOW
    engine.settle()
    assert Task.objects.filter(title="Escalate: Call Acme").exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
@pytest.mark.django_db
def test_every_stage_reads_through_an_index(account: PlatformAccount, past: Past) -> None:
    task(account, NOW - DAY)
    past.run(NOW - DAY, status="waiting")
    with CaptureQueriesContext(connection) as captured:
        sweep()
    plans = ""
    for query in captured.captured_queries:
        if query["sql"].startswith("SELECT") and "LIMIT 200" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
                plans += " ".join(row[3] for row in cursor.fetchall()) + "\n"
    assert "SCAN tasks" not in plans.replace("SCAN tasks USING INDEX task_open_by_due", "")
    for index in ("task_open_by_due", "queue_claimable", "queue_waiting", "queue_leased", "queue_held"):
        assert index in plans, plans
