"""Which workflows are to be exported."""

import uuid
from collections.abc import Iterable

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.workflows.models import Workflow


def chosen_workflows(
    *, actor: Actor, names: Iterable[str] = (), ids: Iterable[uuid.UUID] | None = None
) -> list[Workflow]:
    """Those of the actor's account with these names or ids, in the order of their names; all where none are given.

    Raises:
        Forbidden: the actor may not read workflows.
        LookupError: nothing has one of the names.
    """
    actor.require(Permission.WORKFLOWS_READ)
    wanted = list(names)
    rows = Workflow.objects.filter(account_id=actor.account_id).prefetch_related("tags").order_by("workflow_name", "pk")
    if wanted:
        rows = rows.filter(workflow_name__in=wanted)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    found = list(rows)
    if missing := sorted(set(wanted) - {row.workflow_name for row in found}):
        raise LookupError(f"No workflow of this account is called {missing[0]!r}.")
    return found
