"""The workflows that listen to an event's name, or ever did, and what each of them did at one moment."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from opsflows.workflows.models import Workflow, WorkflowActivation, WorkflowVersion

#: Workflows that are looked at for one event; an account with more is told so.
MOST = 5000


@dataclass(frozen=True, slots=True)
class Spell:
    """From when until when a version was live; without an end it still is."""

    version_id: uuid.UUID
    number: int
    event_name: str
    since: datetime
    until: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Whether it was live at `moment`."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Listening:
    """One workflow around a moment: what it listened with last until then, and what came next."""

    workflow_id: uuid.UUID
    name: str
    created_at: datetime
    deleted_at: datetime | None
    before: Spell | None
    after: Spell | None

    def live(self, moment: datetime) -> Spell | None:
        """What was live at `moment`, to whatever event it listened."""
        return self.before if self.before is not None and self.before.covers(moment) else None


def listening(account_id: uuid.UUID, event_name: str, moment: datetime) -> list[Listening]:
    """Every workflow of the account of which a version listens to `event_name`, and those whose draft does and that
    were never published; at most `MOST`. Three queries.
    """
    rows = Workflow.every.filter(account_id=account_id)
    listens = WorkflowVersion.objects.filter(workflow=OuterRef("pk"), trigger_event=event_name)
    published = list(_around(rows.filter(Exists(listens)), moment)[:MOST])
    drafts = rows.filter(published_version=None, deleted_at=None, trigger_config__event=event_name)
    return _with_spells([*published, *_around(drafts, moment)[: MOST - len(published)]])


def listening_of(workflow: Workflow, moment: datetime) -> Listening:
    """The same of one workflow, whatever it listens to. Two queries."""
    return _with_spells(list(_around(Workflow.every.filter(pk=workflow.pk), moment)))[0]


def _around(rows: QuerySet[Workflow], moment: datetime) -> QuerySet[Workflow, Any]:
    spells = WorkflowActivation.objects.filter(workflow=OuterRef("pk"))
    before = spells.filter(active_from__lte=moment).order_by("-active_from", "-id").values("id")[:1]
    after = spells.filter(active_from__gt=moment).order_by("active_from", "id").values("id")[:1]
    return (
        rows.annotate(before=Subquery(before), after=Subquery(after))
        .order_by("workflow_name", "id")
        .values("id", "workflow_name", "created_at", "deleted_at", "before", "after")
    )


def _with_spells(rows: Sequence[dict[str, Any]]) -> list[Listening]:
    spells = _spells({row[side] for row in rows for side in ("before", "after")} - {None})
    return [
        Listening(
            workflow_id=row["id"],
            name=row["workflow_name"],
            created_at=row["created_at"],
            deleted_at=row["deleted_at"],
            before=spells.get(row["before"]),
            after=spells.get(row["after"]),
        )
        for row in rows
    ]


def _spells(ids: Iterable[int]) -> dict[int, Spell]:
    columns = ("version_id", "version__number", "version__trigger_event", "active_from", "active_to")
    rows = WorkflowActivation.objects.filter(pk__in=list(ids)).values_list("pk", *columns).order_by()
    return {pk: Spell(*rest) for pk, *rest in rows}
