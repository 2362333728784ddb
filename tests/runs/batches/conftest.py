"""The engine's fixtures, and a batch from a CSV text."""

from collections.abc import Callable
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.queue.run_jobs import run_one_job
from opsflows.runs.batches.begin import begin_batch
from opsflows.runs.batches.prepare import prepare_csv
from opsflows.runs.models import RunBatch
from opsflows.workflows.models import Workflow
from tests.runs.conftest import NOW, account, actor, engine, live

__all__ = ["NOW", "account", "actor", "csv_of", "engine", "live", "work"]

GREET = {"type": "set", "id": "greet", "values": {"greeting": "Hello {{name}}"}}


@pytest.fixture
def workflow(live: Callable[..., Workflow]) -> Workflow:
    return live("contact.added", GREET)


@pytest.fixture
def prepared(actor: Actor, workflow: Workflow) -> Callable[..., RunBatch]:
    """A batch that has not begun: `prepared(250)` has so many rows."""

    def make(count: int | bytes, **options: Any) -> RunBatch:
        content = count if isinstance(count, bytes) else csv_of(count)
        given = {"workflow_id": workflow.pk, "file_name": "contacts.csv", "now": NOW} | options
        return prepare_csv(actor=actor, content=content, **given)

    return make


@pytest.fixture
def begun(actor: Actor, prepared: Callable[..., RunBatch]) -> Callable[..., RunBatch]:
    def make(count: int | bytes, **options: Any) -> RunBatch:
        return begin_batch(actor=actor, batch_id=prepared(count, **options).pk, now=NOW)

    return make


def csv_of(count: int) -> bytes:
    return ("name,value\n" + "".join(f"Person {n},{n}\n" for n in range(1, count + 1))).encode()


def work(batch: RunBatch) -> RunBatch:
    """Do its job, as far as it goes."""
    while run_one_job(holder="here", now=NOW):
        pass
    batch.refresh_from_db()
    return batch
