"""What of the gallery somebody looks for."""

from collections.abc import Sequence

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.studio.gallery.shelf import Entry, entries
from opsflows.workflows.models import Workflow
from opsflows.workflows.search_text import words_of
from opsflows.workflows.searchable import searched

#: Templates of the account that are shown; a search finds the others.
MOST_OURS = 24
#: Words up to so many letters are sought as they are written: sms.
_SHORT = 3


def found_entries(*, sought: str = "", category: str = "") -> list[Entry]:
    """The product's flows of this category in which every sought word stands, be it in a step; one or many of it."""
    wanted = [_root(word) for word in words_of(sought)]
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
    return list(searched(rows, " ".join(map(_root, words_of(sought))))[: MOST_OURS + 1])


def _root(word: str) -> str:
    """`leads` finds what says `lead`."""
    return word.removesuffix("s") if len(word) > _SHORT else word
