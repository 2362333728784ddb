"""Start a workflow for records: the list that somebody sees is frozen, and each record is read when its turn comes."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from opsflows.accounts.actor import Actor
from opsflows.records.models import Record, Tag
from opsflows.runs.batches.parts import MOST_ROWS, Row
from opsflows.runs.batches.prepare import lay_down, startable
from opsflows.runs.batches.refusal import WrongList
from opsflows.runs.batches.work import LeftOut
from opsflows.runs.models import RunBatch


def prepare_records(
    *, actor: Actor, workflow_id: uuid.UUID, records: QuerySet[Record], asked: str, now: datetime
) -> RunBatch:
    """A batch of `records`, not begun yet; `asked` says in words which they are.

    Their ids are kept as of now. A walk along the filter would miss records, or meet records that nobody confirmed,
    as soon as a run, or a person, changes what the filter looks at.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
        NotStartable: it was never published.
        WrongList: there are none, or too many.
    """
    workflow = startable(actor=actor, workflow_id=workflow_id)
    own = records.filter(account_id=actor.account_id).order_by("pk")
    ids = [str(pk) for pk in own.values_list("pk", flat=True)[: MOST_ROWS + 1]]
    if len(ids) > MOST_ROWS:
        raise WrongList(f"These are more than {MOST_ROWS:,} records; narrow the list by its filter or its search.")
    if not ids:
        raise WrongList("There are no such records any more.")
    return lay_down(
        actor=actor,
        workflow=workflow,
        name=asked[:255],
        source=RunBatch.Source.RECORDS,
        asked=asked,
        rows=enumerate(ids, 1),
        now=now,
    )


def data_of_records(batch: RunBatch, rows: Sequence[Row]) -> Mapping[int, Any]:
    """What the run of each record is given: the record's fields as its data, and `record` for what is known beside."""
    ids = {number: uuid.UUID(kept) for number, kept in rows}
    found = Record.objects.select_related("owner").filter(account_id=batch.account_id).in_bulk(list(ids.values()))
    tags: dict[uuid.UUID, list[str]] = {}
    for record_id, name in Tag.objects.filter(record__in=found).order_by("name").values_list("record_id", "name"):
        tags.setdefault(record_id, []).append(name)
    return {
        number: _data(found[pk], tags.get(pk, [])) if pk in found else LeftOut("The record was deleted meanwhile.")
        for number, pk in ids.items()
    }


def _data(record: Record, tags: Sequence[str]) -> dict[str, Any]:
    person = record.owner
    known = {
        "id": str(record.pk),
        "type": record.type,
        "key": record.key,
        "title": record.title,
        "tags": list(tags),
        "owner": record.owner_name or (person.username if person else ""),
        "ownerName": (person.get_full_name() or person.username) if person else None,
        "ownerEmail": (person.email or None) if person else None,
        "revision": record.revision,
    }
    return {**record.data, "record": known}
