"""Lay a list down as a batch that somebody looks at before it begins."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.runs.batches.parts import Row, packed
from opsflows.runs.batches.problems import Problems
from opsflows.runs.batches.read_csv import read_csv
from opsflows.runs.batches.refusal import WrongList
from opsflows.runs.models import BatchPart, RunBatch
from opsflows.runs.start_run import NotStartable
from opsflows.workflows.models import Workflow

MOST_SENT = 1_000


def prepare_csv(
    *, actor: Actor, workflow_id: uuid.UUID, content: bytes, file_name: str, numbers: bool = False, now: datetime
) -> RunBatch:
    """A batch of the rows of a CSV file, not begun yet.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
        NotStartable: it was never published.
        WrongList: the file cannot be taken, or none of its rows can.
    """
    workflow = startable(actor=actor, workflow_id=workflow_id)
    file = read_csv(content, numbers=numbers)
    name = file_name.replace("\x00", "")[-255:] or "List"
    return lay_down(
        actor=actor,
        workflow=workflow,
        name=name,
        source=RunBatch.Source.CSV,
        asked=name,
        rows=file.rows(),
        problems=file.problems,
        columns=file.columns,
        now=now,
    )


def rows_of(sent: Sequence[Mapping[str, Any]]) -> Sequence[Row]:
    """Rows that came through the API, numbered from 1."""
    return list(enumerate((dict(row) for row in sent), 1))


def startable(*, actor: Actor, workflow_id: uuid.UUID) -> Workflow:
    """The workflow, for an actor who may start it.

    Raises:
        Forbidden, Workflow.DoesNotExist, NotStartable: as `prepare_csv`.
    """
    actor.require(Permission.RUNS_START)
    workflow = Workflow.objects.get(pk=workflow_id, account_id=actor.account_id)
    if workflow.published_version_id is None:
        raise NotStartable(f"“{workflow.workflow_name}” was never published; publish it, then start it for a list.")
    return workflow


def lay_down(
    *,
    actor: Actor,
    workflow: Workflow,
    name: str,
    source: RunBatch.Source,
    asked: str,
    rows: Iterable[Row],
    problems: Problems | None = None,
    columns: Sequence[str] = (),
    origin_key: str | None = None,
    content_hash: str = "",
    now: datetime,
) -> RunBatch:
    """Write the batch and its parts. `problems` fills while `rows` are read.

    Raises:
        WrongList: there is no row to start a run for.
    """
    # Before the transaction: SQLite lets nobody else write while one is open, and a large file takes its time.
    parts = list(packed(rows))
    left_out = problems or Problems()
    count = sum(number for number, _ in parts)
    if not count:
        place = "Line" if source == RunBatch.Source.CSV else "Row"
        first = f" {place} {left_out.noted[0][0]:,}: {left_out.noted[0][1]}" if left_out.count else ""
        raise WrongList(f"There is no row to start a run for.{first}")
    with transaction.atomic():
        batch = RunBatch.objects.create(
            account_id=actor.account_id,
            workflow=workflow,
            name=name,
            source=source,
            asked=asked[:500],
            columns=list(columns),
            total=count + left_out.count,
            skipped=left_out.count,
            problems=left_out.noted,
            created_by_id=actor.user_id,
            created_at=now,
            origin_key=origin_key,
            content_hash=content_hash,
        )
        BatchPart.objects.bulk_create(
            (BatchPart(batch=batch, number=number, rows=part) for number, (_, part) in enumerate(parts)), batch_size=50
        )
    return batch
