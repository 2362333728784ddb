"""The two sides of a comparison: versions of a workflow, or its draft."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.references import Frozen
from opsflows.workflows.wording.differences import Difference, differences
from opsflows.workflows.wording.named import named_differences

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Side:
    """One side. `name` is how addresses call it, `called` how people do; of a draft it is not known what it names."""

    name: str
    called: str
    workflow_data: Any
    settings: Any
    references: Frozen | None = None
    #: Of a version, which never changes.
    version_id: UUID | None = None


def draft_side(workflow: Workflow) -> Side:
    """What is being written."""
    return Side(DRAFT, "the draft", workflow.workflow_data, workflow.settings)


def version_side(version: WorkflowVersion) -> Side:
    """What was published once."""
    references = version.references
    return Side(str(version.number), str(version), version.workflow_data, version.settings, references, version.pk)


def side_of(workflow: Workflow, name: str) -> Side | None:
    """The side that `name` calls: `draft`, or a version's number; None where there is none. One query at most."""
    if name == DRAFT:
        return draft_side(workflow)
    if not (name.isascii() and name.isdigit() and len(name) < 9):
        return None
    version = workflow.versions.filter(number=int(name)).first()
    return version_side(version) if version else None


def between(old: Side, new: Side) -> list[Difference]:
    """What `new` says differently from `old`, and what became of that which both name."""
    if old.version_id is None or new.version_id is None:
        return _between(old, new)
    # Hundreds of steps take a second, and a page lists ten versions.
    key = old.version_id, new.version_id
    known = _known.get(key)
    if known is None:
        known = _between(old, new)
        while len(_known) >= _MOST_KNOWN:
            _known.pop(next(iter(_known)), None)
        _known[key] = known
    return list(known)


_known: dict[tuple[UUID, UUID], list[Difference]] = {}
_MOST_KNOWN = 50


def _between(old: Side, new: Side) -> list[Difference]:
    found = differences(old.workflow_data, old.settings, new.workflow_data, new.settings)
    if old.references is None or new.references is None:
        return found
    return [*found, *named_differences(old.references, new.references)]
