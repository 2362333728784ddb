"""The items of a list on a run's page: what failed first, a page at a time; and the item that is opened."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.http import urlencode
from django.utils.safestring import SafeString

from opsflows.admin_site.document import document
from opsflows.admin_site.filters import as_uuid
from opsflows.admin_site.markup import badge, when
from opsflows.outbound import redact_value
from opsflows.rules.text import excerpt
from opsflows.runs.admin.shown_fork import BRANCH, standing
from opsflows.runs.models import Branch
from opsflows.runs.trace import Trace
from opsflows.runs.trace.items import items_page, under_way
from opsflows.runs.trace.opened import OpenedItem
from opsflows.runs.trace.steps import TracedStep

_UNDER_WAY = 5
#: What tells items apart that are objects, the first that they have.
_TELLING = ("name", "email", "title", "subject", "customerName", "id", "key")


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One line: which, what it is about, what became of it."""

    number: int
    url: str
    gist: str
    badge: SafeString | str
    note: Any


@dataclass(frozen=True, slots=True)
class ShownItems:
    """A page of a list's items; empty addresses lead nowhere."""

    fork_id: uuid.UUID
    only_failed: bool
    rows: tuple[ShownItem, ...]
    under_way: tuple[ShownItem, ...]
    failed_url: str
    all_url: str
    first_url: str
    next_url: str


def item_asked(query: Mapping[str, str]) -> tuple[uuid.UUID, int] | None:
    """The item that an address opens, `?item=fork,position`; None where it names none."""
    fork, _, position = query.get("item", "").partition(",")
    found = as_uuid(fork)
    return (found, int(position)) if found and _is_position(position) else None


def item_url(fork_id: uuid.UUID, position: int) -> str:
    """The address of an item's steps, on the page of its run."""
    return "?" + urlencode({"item": f"{fork_id},{position}"})


def shown_items(found: Trace, query: Mapping[str, str]) -> ShownItems | None:
    """The items of the list that the address asks for, else of the last there is; two queries."""
    lists = {
        step.fork.id: step.fork
        for step in _all(found.steps)
        if step.fork and step.place.node_id in found.plan.iterating
    }
    asked = as_uuid(query.get("items", ""))
    fork = lists.get(asked) if asked else next(reversed(lists.values()), None)
    if fork is None or not fork.total:
        return None
    only_failed = query.get("show", "failed" if fork.failed else "all") == "failed"
    page = items_page(fork.id, only_failed=only_failed, start=_start(query) if asked else 0)
    keep = {"item": query["item"]} if found.opened else {}

    def address(**more: Any) -> str:
        return "?" + urlencode({**keep, "items": fork.id, **more}) + f"#items-{fork.id}"

    show = "failed" if only_failed else "all"
    rows = under_way(fork.id, most=_UNDER_WAY) if fork.under_way else ()
    return ShownItems(
        fork_id=fork.id,
        only_failed=only_failed,
        rows=tuple(_shown(branch) for branch in page.rows),
        under_way=tuple(
            ShownItem(
                item.branch.position + 1, item_url(fork.id, item.branch.position), "", "", standing(item, found.plan)
            )
            for item in rows
            if item.branch is not None
        ),
        failed_url=address(show="failed"),
        all_url=address(show="all"),
        first_url=address(show=show) if page.start else "",
        next_url=address(show=show, start=page.following) if page.following is not None else "",
    )


def shown_opened(opened: OpenedItem) -> dict[str, Any]:
    """The item that is opened: the way there, what it is about, what became of it, and its neighbours."""
    position, fork = opened.branch.position, opened.fork
    return {
        "key": f"{fork.id},{position}",
        "crumbs": [
            {"label": crumb.label, "number": crumb.position + 1, "url": item_url(crumb.fork_id, crumb.position)}
            for crumb in opened.crumbs
        ],
        "number": position + 1,
        "total": fork.total,
        "badge": badge(BRANCH[Branch.Status(opened.branch.status)]),
        "error": opened.branch.error_message or "",
        "about": document(redact_value(opened.branch.item), most=200),
        "output": document(redact_value(opened.branch.output), most=200) if opened.branch.output is not None else None,
        "before_url": item_url(fork.id, position - 1) if position else "",
        "after_url": item_url(fork.id, position + 1) if position + 1 < fork.total else "",
    }


def _all(steps: tuple[TracedStep, ...]) -> list[TracedStep]:
    """The steps of a level and of the branches in it."""
    found: list[TracedStep] = []
    for step in steps:
        found += [step, *(inner for lane in step.lanes for inner in _all(lane.steps))]
    return found


def _shown(branch: Branch) -> ShownItem:
    note: Any = branch.error_message or (when(branch.completed_at) if branch.completed_at else "")
    url = item_url(branch.fork_id, branch.position)
    return ShownItem(branch.position + 1, url, gist(branch.item), badge(BRANCH[Branch.Status(branch.status)]), note)


def gist(item: Any) -> str:
    """What an item is about, in a line."""
    if isinstance(item, Mapping):
        telling = next((item[name] for name in _TELLING if isinstance(item.get(name), str | int)), None)
        return excerpt(telling).strip('"') if telling is not None else ", ".join(map(str, list(item)[:5]))
    if isinstance(item, list):
        return f"{len(item)} items together"
    return excerpt(redact_value(item)).strip('"')


def _start(query: Mapping[str, str]) -> int:
    """Where the page starts: a position, or what somebody typed, who counts from 1."""
    number = query.get("number", "")
    if _is_position(number):
        return max(0, int(number) - 1)
    start = query.get("start", "")
    return int(start) if _is_position(start) else 0


def _is_position(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
