"""What of the gallery somebody looks for."""

from collections.abc import Sequence

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.studio.gallery.shelf import Entry, entries
from opsflows.workflows.models import Workflow

#: Templates of the account that are shown; a search finds the others.
MOST_OURS = 24


def found_entries(*, sought: str = "", category: str = "") -> list[Entry]:
    """The product's flows of this category in which every sought word stands."""
    wanted = sought.lower().split()
    return [
        entry
        for entry in entries()
        if (not category or entry.category == category) and all(word in entry.words for word in wanted)
    ]


def found_templates(*, actor: Actor, sought: str = "", category: str = "") -> Sequence[Workflow]:
    """The account's own, by the same measure; one more than are shown, where there are more.

    Raises:
        Forbidden: the actor may not read workflows.
    """
    actor.require(Permission.WORKFLOWS_READ)
    rows = Workflow.objects.filter(account_id=actor.account_id, is_template=True).order_by("workflow_name", "pk")
    if category:
        rows = rows.filter(category=category)
    for word in sought.split():
        rows = rows.filter(workflow_name__icontains=word) | rows.filter(description__icontains=word)
    return list(rows[: MOST_OURS + 1])
