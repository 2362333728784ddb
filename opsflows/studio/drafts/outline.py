"""A draft as an outline: its steps in reading order, indented by the branches in which they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from opsflows.runs.trace.places import Place as StepName
from opsflows.runs.trace.places import place as step_name
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.places import AFTER_ALL
from opsflows.studio.drafts.rows import Item, Row, Rows, rows_of
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.words import heading
from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE

#: "place": where a step can be put in; "way": the heading of a branch; "jump": it goes on at a step elsewhere;
#: "end": the run ends here although the branches beside it go on.
Sort = Literal["place", "step", "way", "jump", "end", "loose"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Of a place, `node_id` and `handle` say behind what it is; of a jump, `node_id` where it leads."""

    sort: Sort
    depth: int
    node_id: str = ""
    handle: str = ""
    words: str = ""
    number: int = 0
    name: StepName | None = None
    disabled: bool = False
    can_rise: bool = False
    can_fall: bool = False
    #: Whether it is a condition behind which the row goes on only where it holds.
    is_gate: bool = False
    #: The ways out that lead nowhere yet, with their words.
    unused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole draft. `entry` is the id of the condition at its entrance, which is no step of `entries`."""

    trigger: str | None
    entry: str | None
    entries: tuple[Entry, ...]
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def steps(self) -> list[Entry]:
        return [each for each in self.entries if each.sort == "step"]

    @property
    def places(self) -> list[Entry]:
        return [each for each in self.entries if each.sort == "place"]


def outline(workflow_data: Mapping[str, Any]) -> Outline:
    """The draft in reading order. It never fails: what is wired wrongly comes at the end, under a line that says so."""
    rows = rows_of(workflow_data)
    document = Document(workflow_data)
    numbers = {node_id: number for number, node_id in enumerate(_in_order(rows), 1)}
    return Outline(rows.trigger, rows.entry, tuple(_Writer(document, numbers).all(rows)), numbers)


def _in_order(rows: Rows) -> Iterator[str]:
    waiting = [rows.main, *rows.loose][::-1]
    pending: list[Row | Item] = list(waiting)
    while pending:
        current = pending.pop()
        if isinstance(current, Row):
            pending += reversed(current.items)
        else:
            yield current.node_id
            pending += [branch.row for branch in reversed(current.branches)]


class _Writer:
    def __init__(self, document: Document, numbers: Mapping[str, int]) -> None:
        self.document, self.numbers, self.shape = document, numbers, Shape(document)

    def all(self, rows: Rows) -> Iterator[Entry]:
        start = (rows.entry, "true") if rows.entry else (rows.trigger, DEFAULT_HANDLE)
        if start[0] is not None:
            yield from self.row(rows.main, start[0], start[1], 0)
        if any(row.items for row in rows.loose):
            yield Entry("loose", 0, words="Nothing leads to these steps, so no run gets there. Move or delete them.")
        for row in rows.loose:
            yield from self.row(row, "", "", 0)

    def row(self, row: Row, after: str, handle: str, depth: int, *, goes_on: str | None = None) -> Iterator[Entry]:
        """The lines of a row behind a way out. `goes_on` is where the branches around it meet."""
        last = len(row.items) - 1
        if after:
            yield Entry("place", depth, after, handle)
        for index, item in enumerate(row.items):
            yield self._step(item, depth, is_first=index == 0, is_last=index == last)
            meeting = self.shape.following(item.node_id) if item.parts else None
            for branch in item.branches:
                words = heading(self.document, item.node_id, branch.handles)
                yield Entry("way", depth + 1, item.node_id, branch.handles[0], words)
                handles = ",".join(branch.handles)
                yield from self.row(branch.row, item.node_id, handles, depth + 1, goes_on=meeting)
            if item.parts:
                yield Entry("place", depth, item.node_id, AFTER_ALL)
            elif (way := self.shape.way_on(item.node_id)) is not None:
                yield Entry("place", depth, item.node_id, way)
        if row.jump is not None and row.jump != goes_on:
            yield Entry("jump", depth, row.jump, words=self._called(row.jump), number=self.numbers.get(row.jump, 0))
        elif row.jump is None and goes_on is not None:
            yield Entry("end", depth)

    def _step(self, item: Item, depth: int, *, is_first: bool, is_last: bool) -> Entry:
        facts, kind = self.document.facts(item.node_id), self.document.kind_of(item.node_id)
        return Entry(
            "step",
            depth,
            item.node_id,
            number=self.numbers[item.node_id],
            name=step_name(item.node_id, str(facts.get("label") or ""), self.document.kind_name(item.node_id)),
            disabled=facts.get("disabled") is True,
            can_rise=not is_first,
            can_fall=not is_last,
            is_gate=kind is not None and kind.step_type == CONDITION and not item.parts,
            unused=tuple(self._unused(item)),
        )

    def _unused(self, item: Item) -> Iterator[tuple[str, str]]:
        kind = self.document.kind_of(item.node_id)
        sides = kind.side_handles if kind else ()
        together = sides if sides and set(sides) <= set(item.unused) else ()
        if together:
            yield ",".join(together), heading(self.document, item.node_id, together)
        for way in item.unused:
            yield way, heading(self.document, item.node_id, (way,))

    def _called(self, node_id: str) -> str:
        facts = self.document.facts(node_id) if node_id in self.document.nodes else {}
        kind = self.document.kind_name(node_id) if node_id in self.document.nodes else ""
        return step_name(node_id, str(facts.get("label") or ""), kind).label
