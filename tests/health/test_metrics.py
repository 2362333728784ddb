"""/metrics: who may read what, what the gauges say, and that every process is counted."""

import os
import subprocess
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from opsflows import metrics
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.health import backlog
from opsflows.health.exposition import Counters
from opsflows.metrics_directory import VARIABLE, claim_directory
from opsflows.runs.models import Execution, Priority, QueueItem
from opsflows.workflows.models import Workflow, WorkflowVersion

pytestmark = pytest.mark.django_db


def figures(page: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def event_type_total(page: str, *labels: tuple[str, str]) -> float:
    return figures(page).get(("opsflows_events_routed_total", tuple(sorted(labels))), 0)


def unique_name() -> str:
    return f"test.t{uuid.uuid4().hex}"


def test_open_page_holds_totals_without_event_names(client: Client) -> None:
    before = event_type_total(client.get("/metrics").text, ("door", "webhook"))
    first, second = unique_name(), unique_name()
    metrics.event_routed(door="webhook", event_type=first, seconds=0.1)
    metrics.event_routed(door="webhook", event_type=second, seconds=0.1)
    page = client.get("/metrics").text
    assert event_type_total(page, ("door", "webhook")) == before + 2
    assert first not in page
    assert "event_type" not in page


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic s3cret", "Bearer", "Bearer ü"])
def test_token_is_asked_for(client: Client, settings: Settings, header: str) -> None:
    settings.METRICS_TOKEN = "s3cret"
    response = client.get("/metrics", headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert "s3cret" not in response.text


def test_token_shows_event_names(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "s3cret"
    name = unique_name()
    metrics.event_routed(door="api", event_type=name, seconds=0.1)
    page = client.get("/metrics", headers={"Authorization": "Bearer s3cret"}).text
    assert event_type_total(page, ("event_type", name), ("door", "api")) == 1


def test_names_beyond_the_bound_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "EVENT_TYPES_COUNTED", len(metrics._named))
    name = unique_name()
    other = metrics.EVENTS_ROUTED.labels("api", "other")
    before = other._value.get()
    metrics.event_routed(door="api", event_type=name, seconds=0.1)
    assert other._value.get() == before + 1
    assert name not in metrics._named


def test_every_door_has_its_pattern() -> None:
    assert set(Event.Door.values) <= metrics.PATTERNS.keys()
    # A member of the enumeration serves as well as its value.
    assert metrics.PATTERNS[Event.Door.WEBHOOK] == "webhook-bridge"


def test_figures_under_the_names_of_triggers(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "s3cret"
    name = unique_name()
    metrics.event_received(door="webhook", event_type=name)
    metrics.event_routed(door="webhook", event_type=name, seconds=0.2)
    read = figures(client.get("/metrics", headers={"Authorization": "Bearer s3cret"}).text)
    by_both = (("event_type", name), ("pattern", "webhook-bridge"))
    assert read["events_received_total", by_both] == 1
    assert read["events_sent_total", by_both] == 1
    assert read["event_latency_seconds_count", (("pattern", "webhook-bridge"),)] >= 1


def test_they_keep_event_names_to_holders_of_the_token(client: Client) -> None:
    metrics.event_received(door="step", event_type=unique_name())
    read = figures(client.get("/metrics").text)
    assert read["events_received_total", (("pattern", "workflow"),)] >= 1
    assert not any("event_type" in dict(labels) for _, labels in read)


def test_gauges_tell_what_waits(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "COUNT_LIMIT", 3)
    account = PlatformAccount.objects.create(slug="acme", name="Acme")
    received_at = timezone.now() - timedelta(minutes=2)
    for _ in range(4):
        Event.objects.create(
            account=account, door="api", name="deal.won", occurred_at=received_at, received_at=received_at
        )
    read = figures(client.get("/metrics").text)
    assert read["opsflows_events_unrouted", ()] == 3  # the bound, not the four that there are
    assert read["opsflows_events_oldest_unrouted_seconds", ()] == pytest.approx(120, abs=60)
    assert read["opsflows_queue_items", (("status", "queued"),)] == 0
    assert read["opsflows_queue_oldest_due_seconds", ()] == 0
    assert read["opsflows_workers_alive", ()] == 0
    assert read["opsflows_database_up", ()] == 1


def queue_item(*, status: str, scheduled_at: datetime, priority: Priority = Priority.NORMAL) -> None:
    account, _ = PlatformAccount.objects.get_or_create(slug="acme", defaults={"name": "Acme"})
    workflow = Workflow.objects.create(account=account, workflow_name="Example")
    version = WorkflowVersion.objects.create(
        workflow=workflow, number=1, workflow_data={}, content_hash="", created_at=scheduled_at
    )
    execution = Execution.objects.create(account=account, workflow=workflow, version=version, started_at=scheduled_at)
    QueueItem.objects.create(
        account=account,
        workflow=workflow,
        execution=execution,
        node_id="a1",
        status=status,
        priority=priority,
        scheduled_at=scheduled_at,
        entered_at=scheduled_at,
        created_at=scheduled_at,
    )


def test_gauges_tell_how_long_due_runs_wait() -> None:
    now = timezone.now()
    queue_item(status="waiting", scheduled_at=now + timedelta(days=2))
    assert oldest_due(now) == 0
    queue_item(status="waiting", scheduled_at=now - timedelta(seconds=30))
    assert oldest_due(now) == 30
    queue_item(status="queued", scheduled_at=now - timedelta(seconds=90), priority=Priority.LOW)
    queue_item(status="queued", scheduled_at=now - timedelta(seconds=10), priority=Priority.URGENT)
    assert oldest_due(now) == 90
    [items] = [metric for metric in backlog.Backlog(now=now).collect() if metric.name == "opsflows_queue_items"]
    assert {sample.labels["status"]: sample.value for sample in items.samples} == {
        "queued": 2,
        "waiting": 2,
        "processing": 0,
        "held": 0,
        "blocked": 0,
    }


def oldest_due(now: datetime) -> float:
    [metric] = [found for found in backlog.Backlog(now=now).collect() if found.name.endswith("oldest_due_seconds")]
    return metric.samples[0].value


def test_a_fixed_number_of_queries(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(13):
        client.get("/metrics")


def test_counters_outlive_the_database(client: Client) -> None:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("connection refused")):
        read = figures(client.get("/metrics").text)
    assert read["opsflows_database_up", ()] == 0
    assert ("opsflows_events_unrouted", ()) not in read


def test_processes_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count_twice = (
        "import sys; from pathlib import Path; from opsflows.metrics_directory import claim_directory;"
        "claim_directory(Path(sys.argv[1]), sys.argv[2]);"
        "from opsflows.metrics import event_routed;"
        "event_routed(door='api', event_type='deal.won', seconds=1)"
    )
    for role in ("web", "worker"):
        subprocess.run([sys.executable, "-c", count_twice, tmp_path, role], check=True)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    [family] = [
        found for found in Counters(tmp_path, detailed=True).collect() if found.name == "opsflows_events_routed"
    ]
    assert [sample.value for sample in family.samples] == [2]


def test_folders_of_dead_processes_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")  # given back afterwards, whatever the calls below set
    root = tmp_path / "metrics"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"web-{dead.pid}", f"web-{os.getppid()}", f"worker-{dead.pid}"):
        (root / name).mkdir(parents=True)
    mine = claim_directory(tmp_path, "web")
    (mine / "counter_1.db").touch()
    assert claim_directory(tmp_path, "web") == mine
    assert {folder.name for folder in root.iterdir()} == {mine.name, f"web-{os.getppid()}", f"worker-{dead.pid}"}
    assert list(mine.iterdir()), "a second call keeps what was counted"
