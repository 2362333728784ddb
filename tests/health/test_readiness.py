"""/healthz and /readyz: what a probe reads, and what an operator is told to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from opsflows.queue.models import WorkerHeartbeat


@contextmanager
def database_down() -> Iterator[None]:
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("connection refused")):
        yield


def heartbeat(*, beat_at: datetime, stopped_at: datetime | None = None) -> WorkerHeartbeat:
    return WorkerHeartbeat.objects.create(
        supervisor="host:1", slot=0, host="host", pid=2, started_at=beat_at, beat_at=beat_at, stopped_at=stopped_at
    )


def test_alive_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_when_a_worker_was_heard_from(client: Client) -> None:
    heartbeat(beat_at=timezone.now() - timedelta(seconds=5))
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["ready"] is True
    assert {name: check["ok"] for name, check in response.json()["checks"].items()} == {
        "database": True,
        "migrations": True,
        "worker": True,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("silent_for", "stopped", "detail"),
    [
        (timedelta(minutes=1), False, "The last sign of a worker is from "),
        (timedelta(seconds=1), True, "No worker is running."),
    ],
    ids=["silent", "stopped"],
)
def test_not_ready_without_a_living_worker(client: Client, silent_for: timedelta, stopped: bool, detail: str) -> None:
    beat_at = timezone.now() - silent_for
    heartbeat(beat_at=beat_at, stopped_at=beat_at if stopped else None)
    response = client.get("/readyz")
    assert response.status_code == 503
    worker = response.json()["checks"]["worker"]
    assert worker["detail"].startswith(detail)
    assert "make worker" in worker["hint"]


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    heartbeat(beat_at=timezone.now())
    latest = MigrationRecorder(connection).migration_qs.filter(app="queue").order_by("-name")[0]
    latest.delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    migrations = response.json()["checks"]["migrations"]
    assert migrations == {"ok": False, "detail": f"Not applied: queue {latest.name}.", "hint": "Run manage.py migrate."}


@pytest.mark.django_db
def test_not_ready_without_a_database(client: Client) -> None:
    with database_down():
        response = client.get("/readyz")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert "DATABASE_URL" in checks["database"]["hint"]
    assert checks["worker"] == {"ok": False, "detail": "Not checked.", "hint": checks["database"]["hint"]}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
