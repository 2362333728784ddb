"""The draft as rows of steps: the row behind the trigger, and the rows in branches and aside, each in reading order.

Every step stands in one row, once. Where a way leads to a step of another row, the row ends with a jump there. What
nothing leads to, or what a circle hides, comes in rows of its own at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.start import entry_of
from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE

#: How deep rows are shown within one another; what lies deeper comes at the end.
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """Steps that follow one another. `jump` is the step that it goes on with in another row, if it does."""

    items: tuple["Item", ...] = ()
    jump: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A row that begins at one way out of a step, or at several that lead to the same."""

    handles: tuple[str, ...]
    row: Row
    is_body: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A step of a row. `parts`: the row parts there into `branches` and goes on where they meet; else they lead aside.
    `unused` are ways out that lead nowhere yet."""

    node_id: str
    branches: tuple[Branch, ...]
    parts: bool
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows: what starts it, the condition at its entrance, the row behind, and what nothing leads to."""

    trigger: str | None
    entry: str | None
    main: Row
    loose: tuple[Row, ...]


def rows_of(workflow_data: Mapping[str, Any]) -> Rows:
    """The rows of a draft, however broken it is."""
    document = Document(workflow_data)
    trigger, entry = document.trigger, entry_of(document)
    build = _Builder(Shape(document))
    build.seen |= {each for each in (trigger, entry) if each}
    start = document.out(entry).get("true") if entry else None
    if entry is None and trigger is not None:
        start = document.out(trigger).get(DEFAULT_HANDLE)
    main = build.row(start, frozenset(), 0)
    led_to = {target for out in document.all_out().values() for target in out.values()}
    heads = [each for each in document.nodes if each not in led_to]
    # Each row that is built takes its steps away from those that are left.
    loose = [build.row(each, frozenset(), 0) for each in [*heads, *document.nodes] if each not in build.seen]
    return Rows(trigger, entry, main, tuple(loose))


def neighbours(workflow_data: Mapping[str, Any], node_id: str) -> tuple[str | None, str | None]:
    """The steps before and behind this one in its row."""
    found = rows_of(workflow_data)
    waiting = [found.main, *found.loose]
    while waiting:
        row = waiting.pop()
        ids = [item.node_id for item in row.items]
        if node_id in ids:
            index = ids.index(node_id)
            return (ids[index - 1] if index else None), (ids[index + 1] if index + 1 < len(ids) else None)
        waiting += [branch.row for item in row.items for branch in item.branches]
    return None, None


class _Builder:
    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.document = shape.document
        self.seen: set[str] = set()

    def row(self, start: str | None, later: frozenset[str], depth: int) -> Row:
        """The row from `start` on; steps in `later` stand in a row that is still to come."""
        items: list[Item] = []
        current = start
        while current is not None:
            if current in later or current in self.seen or depth > _DEEPEST:
                return Row(tuple(items), current)
            self.seen.add(current)
            following = self.shape.following(current)
            items.append(self._item(current, following, later, depth))
            current = following
        return Row(tuple(items))

    def _item(self, node_id: str, following: str | None, later: frozenset[str], depth: int) -> Item:
        out, parts = self.shape.out(node_id), self.shape.branches(node_id)
        bodies = self.document.bodies(node_id)
        on = None if parts else self.shape.way_on(node_id)
        ways = [way for way in (*self.shape.ways(node_id), ERROR_HANDLE) if way != on]
        # What leads out of a step by a name that it does not have is shown as well.
        ways += [way for way in out if way not in ways and way != on]
        branches: list[Branch] = []
        groups = self._together(node_id, ways, shown=parts, bodies=bodies)
        # Only for branches is it asked what comes after them: in a long row that is long.
        beyond = later | self.shape.reach(following) if groups and following else later
        for handles in groups:
            row = self.row(out.get(handles[0]), beyond, depth + 1)
            branches.append(Branch(handles, row, handles[0] in bodies))
        used = {handle for branch in branches for handle in branch.handles}
        return Item(node_id, tuple(branches), parts, tuple(way for way in ways if way not in used))

    def _together(
        self, node_id: str, ways: list[str], *, shown: bool, bodies: tuple[str, ...]
    ) -> list[tuple[str, ...]]:
        """Ways out that lead to the same step in one; empty ones only where that says something."""
        out = self.shape.out(node_id)
        groups: dict[str, list[str]] = {}
        for way in ways:
            target = out.get(way)
            is_alone = shown or way in bodies or target is None or not self.shape.has_way(node_id, way)
            if target is not None or way in bodies or (shown and way != ERROR_HANDLE):
                groups.setdefault(f"way {way}" if is_alone else f"to {target}", []).append(way)
        return [tuple(group) for group in groups.values()]
