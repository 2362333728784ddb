"""Which workflows name something that is kept under a name, and whether they have its present content."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Reference, UnknownReference, resolve
from opsflows.workflows.validate import named_by

#: Workflows that are read for one name.
MOST = 500
#: Drafts that are.
MOST_DRAFTS = 50


@dataclass(frozen=True, slots=True)
class Use:
    """A published workflow, and whether the content that it keeps is the present one."""

    workflow: Workflow
    is_current: bool


def users_of(*, account_id: uuid.UUID, kind: str, name: str) -> list[Use]:
    """The account's published workflows that name it, themselves or through something else; no more than `MOST`."""
    # Reads the account's published workflows, which people write by hand: it does not grow with what they do.
    rows = Workflow.objects.filter(
        account=account_id, **{f"published_version__references__{kind}__has_key": name}
    ).select_related("published_version")
    rows = rows.order_by("workflow_name", "id")
    rows = rows.defer("workflow_data", "settings", "published_version__workflow_data", "published_version__settings")
    found = list(rows[:MOST])
    present = _present(account_id, kind, name) if found else None
    return [Use(workflow, is_current=_kept(workflow, kind, name) == present) for workflow in found]


def drafts_naming(*, account_id: uuid.UUID, kind: str, name: str) -> list[Workflow]:
    """The account's drafts that name it themselves, whether they are published or not; no more than `MOST_DRAFTS`."""
    # The text narrows it down in the database; what the text means is asked of the few that are left.
    rows: QuerySet[Workflow] = Workflow.objects.filter(account=account_id).alias(
        draft=Cast("workflow_data", TextField()), rules=Cast("settings", TextField())
    )
    rows = rows.filter(Q(draft__contains=name) | Q(rules__contains=name)).order_by("workflow_name", "id")
    return [row for row in rows[:MOST] if _names(row, kind, name)][:MOST_DRAFTS]


def _present(account_id: uuid.UUID, kind: str, name: str) -> Mapping[str, Any] | None:
    try:
        return resolve([Reference(kind, name, "")], account_id=account_id)[kind][name]
    except UnknownReference:
        return None


def _kept(workflow: Workflow, kind: str, name: str) -> Mapping[str, Any] | None:
    version = workflow.published_version
    kept: Mapping[str, Any] | None = version.references.get(kind, {}).get(name) if version else None
    return kept


def _names(workflow: Workflow, kind: str, name: str) -> bool:
    try:
        found = named_by(read_graph(workflow.workflow_data), workflow.settings)
        return any((reference.kind, reference.name) == (kind, name) for _, reference in found)
    except InvalidDefinition:
        return False
