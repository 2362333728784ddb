"""Which workflow `settings.errorHandling.errorWorkflow` names, looked up when what names it is published."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.workflows.models import Workflow
from opsflows.workflows.references import Reference, UnknownReference, resolver

KIND = "error_workflow"
_FIELD = "errorHandling.errorWorkflow"


def named_in(settings: object) -> Iterator[Reference]:
    """What the settings name."""
    handling = settings.get("errorHandling") if isinstance(settings, Mapping) else None
    name = handling.get("errorWorkflow") if isinstance(handling, Mapping) else None
    if isinstance(name, str) and name.strip():
        yield Reference(KIND, name, _FIELD)


@resolver(KIND)
def find_error_workflow(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """Its id: from then on it may be called otherwise."""
    named: dict[str, Any]
    try:
        named = {"pk": uuid.UUID(name)}
    except ValueError:
        named = {"workflow_name": name}
    found = list(Workflow.objects.filter(account=account_id, **named).values_list("pk", "published_version")[:2])
    if not found:
        raise UnknownReference(
            f"There is no workflow {name[:80]!r} in this account; give the id or the exact name of one."
        )
    if len(found) > 1:
        raise UnknownReference(f"Several workflows are called {name[:80]!r}; give the id of the one that is meant.")
    [(workflow_id, published)] = found
    if published is None:
        raise UnknownReference(f"The workflow {name[:80]!r} was never published; publish it first.")
    return {"id": str(workflow_id)}
