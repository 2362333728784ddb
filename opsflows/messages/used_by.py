"""Which workflows send a template, and whether they have its present text."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.messages.find_template import TEMPLATE, content_of, find_template
from opsflows.workflows.models import Workflow

#: Workflows that are read for one template.
MOST = 500


@dataclass(frozen=True, slots=True)
class Use:
    """A published workflow, and whether the text that it keeps is the present one."""

    workflow: Workflow
    is_current: bool


def users_of(*, account_id: uuid.UUID, name: str) -> list[Use]:
    """The account's published workflows that name the template, by name; no more than `MOST`."""
    present = find_template(account_id=account_id, name=name)
    content = content_of(present) if present else None
    # Reads the account's published workflows, which people write by hand: it does not grow with what they do.
    rows = Workflow.objects.filter(account=account_id, published_version__references__template__has_key=name)
    rows = rows.select_related("published_version").order_by("workflow_name", "id")
    rows = rows.defer("workflow_data", "settings", "published_version__workflow_data", "published_version__settings")
    return [Use(workflow, is_current=_kept(workflow, name) == content) for workflow in rows[:MOST]]


def _kept(workflow: Workflow, name: str) -> Mapping[str, Any] | None:
    version = workflow.published_version
    kept: Mapping[str, Any] | None = version.references.get(TEMPLATE, {}).get(name) if version else None
    return kept
