"""The items of a list, a page at a time by their position: the hundredth page costs what the first costs."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from opsflows.runs.models import Branch, QueueItem

#: Items of one page.
MOST = 50
_SHOWN = ("fork", "position", "status", "item", "error_message", "completed_at")


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Some items of a list in their order; `following` is where the next page starts, None at the end."""

    only_failed: bool
    start: int
    rows: tuple[Branch, ...]
    following: int | None


def items_page(fork_id: uuid.UUID, *, only_failed: bool, start: int) -> ItemsPage:
    """The items from the position `start` on: one query."""
    rows = Branch.objects.filter(fork=fork_id, position__gte=start).order_by("position").only(*_SHOWN)
    if only_failed:
        rows = rows.filter(status=Branch.Status.FAILED)
    # One more than is shown tells whether there is a next page, without counting.
    found = list(rows[: MOST + 1])
    following = found[MOST].position if len(found) > MOST else None
    return ItemsPage(only_failed, start, tuple(found[:MOST]), following)


def under_way(fork_id: uuid.UUID, *, most: int) -> Iterable[QueueItem]:
    """Where some of the branches stand that are begun and not over: one query."""
    rows = QueueItem.objects.filter(branch__fork=fork_id).select_related("branch").order_by("branch__position")
    return list(rows.defer("branch__item", "branch__output", "trigger_data")[:most])
