"""A draft as an outline: its steps in reading order, indented by the branches in which they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from opsflows.runs.trace.places import Place as StepName
from opsflows.runs.trace.places import place as step_name
from opsflows.studio.drafts.document import Document
from opsflows.studio.drafts.places import AFTER_ALL
from opsflows.studio.drafts.rows import Item, Row, Rows, rows_of
from opsflows.studio.drafts.shape import Shape
from opsflows.studio.drafts.words import heading
from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE

_NO = "false"

#: "place": where a step can be put in; "way": the heading of a branch; "jump": it goes on at a step elsewhere;
#: "end": the run ends here although the branches beside it go on.
Sort = Literal["place", "step", "way", "jump", "end", "loose"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. Of a place or an end, `node_id` and `handle` say behind what it is; of a jump, `node_id` where it
    leads."""

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
    #: Whether it is a trigger that stands there besides the one that starts the workflow.
    is_trigger: bool = False
    #: Whether it is a condition behind which the row goes on only where it holds.
    is_gate: bool = False
    #: The step with which a run that ends there could go on; empty: the step there ends it for good.
    onto: str = ""
    #: Whether only the branch of a list or of several at once ends there, and not the run.
    is_inside: bool = False
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

    def row(
        self,
        row: Row,
        after: str,
        handle: str,
        depth: int,
        *,
        goes_on: str | None = None,
        is_aside: bool = False,
        is_inside: bool = False,
    ) -> Iterator[Entry]:
        """The lines of a row behind a way out. `goes_on` is where the branches around it meet; of a row aside, what
        comes behind the step from which it leads aside. `is_inside`: of a list or of branches at the same time."""
        last = len(row.items) - 1
        # A step cannot be put in behind a way out that its step does not have (any more).
        if after and all(self.shape.has_way(after, each) for each in handle.split(",")):
            yield Entry("place", depth, after, handle)
        for index, item in enumerate(row.items):
            # Nothing trades places with a trigger; there is a second one only in what was written elsewhere.
            is_first = index == 0 or self.document.is_trigger(row.items[index - 1].node_id)
            yield self._step(item, depth, is_first=is_first, is_last=index == last)
            meeting = self.shape.following(item.node_id) if item.parts else None
            if self._is_gate(item) and _NO in item.unused:
                # Else who put in “If … else …” at the end of a row would look for its second branch in vain.
                yield Entry("place", depth + 1, item.node_id, _NO, words="if no", is_inside=is_inside)
            for branch in item.branches:
                words = heading(self.document, item.node_id, branch.handles)
                yield Entry("way", depth + 1, item.node_id, branch.handles[0], words)
                handles = ",".join(branch.handles)
                leads_aside = not item.parts and not branch.is_body
                back = self.shape.following(item.node_id) if leads_aside else meeting
                yield from self.row(
                    branch.row,
                    item.node_id,
                    handles,
                    depth + 1,
                    goes_on=back,
                    is_aside=leads_aside,
                    is_inside=is_inside or branch.is_body,
                )
            if item.parts:
                yield Entry("place", depth, item.node_id, AFTER_ALL)
            elif (way := self.shape.way_on(item.node_id)) is not None:
                yield Entry("place", depth, item.node_id, way)
        if row.jump is not None and (is_aside or row.jump != goes_on):
            yield Entry("jump", depth, row.jump, words=self._called(row.jump), number=self.numbers.get(row.jump, 0))
        elif row.jump is None and goes_on is not None:
            yield replace(self._end(row, after, handle, depth, goes_on), is_inside=is_inside)

    def _end(self, row: Row, after: str, handle: str, depth: int, goes_on: str) -> Entry:
        """Where a run ends, with the place (`node_id`, `handle`) from which it could go on with `onto`."""
        if row.items:
            last = row.items[-1]
            on = AFTER_ALL if last.parts else self.shape.way_on(last.node_id)
            after, handle = last.node_id, on or ""
        called = self._called(goes_on)
        return Entry("end", depth, after, handle, called, self.numbers.get(goes_on, 0), onto=goes_on if handle else "")

    def _step(self, item: Item, depth: int, *, is_first: bool, is_last: bool) -> Entry:
        facts = self.document.facts(item.node_id)
        return Entry(
            "step",
            depth,
            item.node_id,
            number=self.numbers[item.node_id],
            name=step_name(item.node_id, str(facts.get("label") or ""), self.document.kind_name(item.node_id)),
            disabled=facts.get("disabled") is True,
            can_rise=not is_first,
            can_fall=not is_last and not self.document.is_trigger(item.node_id),
            is_trigger=self.document.is_trigger(item.node_id),
            is_gate=self._is_gate(item),
            unused=tuple(self._unused(item)),
        )

    def _is_gate(self, item: Item) -> bool:
        kind = self.document.kind_of(item.node_id)
        return kind is not None and kind.step_type == CONDITION and not item.parts

    def _unused(self, item: Item) -> Iterator[tuple[str, str]]:
        kind = self.document.kind_of(item.node_id)
        sides = kind.side_handles if kind else ()
        together = sides if sides and set(sides) <= set(item.unused) else ()
        if together:
            yield ",".join(together), heading(self.document, item.node_id, together)
        for way in item.unused:
            if way == _NO and self._is_gate(item):
                continue
            yield way, heading(self.document, item.node_id, (way,))

    def _called(self, node_id: str) -> str:
        facts = self.document.facts(node_id) if node_id in self.document.nodes else {}
        kind = self.document.kind_name(node_id) if node_id in self.document.nodes else ""
        return step_name(node_id, str(facts.get("label") or ""), kind).label
