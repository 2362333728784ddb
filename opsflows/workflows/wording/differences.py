"""What is different between two definitions, in the rule's own words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from opsflows.jsontext import canonical_json
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, Graph, Node, definition_hash
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.wording.changed_conditions import changed_conditions
from opsflows.workflows.wording.changed_settings import UNSAID, changed_handling, changed_settings
from opsflows.workflows.wording.changed_values import changed_fields, same, told_fields
from opsflows.workflows.wording.changed_ways import Standing, moved_steps, turned_ways
from opsflows.workflows.wording.clauses import in_line
from opsflows.workflows.wording.paired_steps import Pairs, paired_steps
from opsflows.workflows.wording.parts import Kind, Part, turned
from opsflows.workflows.wording.places import place_of
from opsflows.workflows.wording.reading import steps_in_order
from opsflows.workflows.wording.steps import step_in_words, trigger_in_words, way_in_words
from opsflows.workflows.wording.titles import Titles, schema_of

WHEN, ONLY_IF, SETTINGS, DEFINITION = "When", "Only if", "Settings", "Definition"
#: What the words for a trigger tell of its configuration.
_STARTS = frozenset({"event", "cron", "zone"})
_UNCHOSEN = "nothing is chosen yet"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that became different.

    `sentence` says all of it; `place` is where, as it is called at the beginning of the sentence where it stands there.
    Of what is added or removed, `after` or `before` hold all that it says.
    """

    kind: Kind
    place: str
    sentence: str
    before: str = ""
    after: str = ""
    #: The step that it is about: its id in the newer definition, or in the older where it is gone.
    node_id: str = ""

    @property
    def more(self) -> str:
        """Of what is added or removed, all that it says, where the sentence has not said it already."""
        said = {"added": self.after, "removed": self.before}.get(self.kind, "")
        is_all = said in self.sentence or ("; " not in said and said.partition(": ")[2] in self.sentence)
        return "" if is_all else said


def differences(old_data: Any, old_settings: Any, new_data: Any, new_settings: Any) -> list[Difference]:
    """Everything that the second definition says differently from the first; secrets are masked.

    Empty where both mean the same (`definition_hash`). Never raises: of what cannot be read it says so.
    """
    found = [*_of_definitions(old_data, new_data), *_of_settings(old_settings, new_settings)]
    if not found and _meaning(old_data, old_settings) != _meaning(new_data, new_settings):
        return [Difference("changed", DEFINITION, f"{DEFINITION}: written otherwise, and reads the same")]
    return found


def _meaning(data: Any, settings: Any) -> str:
    try:
        return definition_hash(read_graph(data), settings)
    except InvalidDefinition:
        return canonical_json([data, settings])


def _of_definitions(old_data: Any, new_data: Any) -> Iterator[Difference]:
    try:
        old, new = read_graph(old_data), read_graph(new_data)
    except InvalidDefinition as error:
        if canonical_json(old_data) != canonical_json(new_data):
            yield Difference("changed", DEFINITION, f"Definition: cannot be compared, since one is broken: {error}")
        return
    # The order of boxes and arrows, and where they lie, means nothing.
    if definition_hash(old, {}) != definition_hash(new, {}):
        yield from _of_triggers(old, new)
        yield from _of_entry(old, new)
        yield from _Steps(old, new).all()


def _of_triggers(old: Graph, new: Graph) -> Iterator[Difference]:
    if len(old.triggers) == len(new.triggers) == 1:
        before, after = old.triggers[0], new.triggers[0]
        said = [trigger_in_words(node) or _UNCHOSEN for node in (before, after)]
        told = _STARTS if said[0] != said[1] else frozenset[str]()
        if told:
            yield Difference("changed", WHEN, f"{WHEN}: {said[0]} → {said[1]}", said[0], said[1], after.id)
        old_rest, new_rest = (
            {key: each for key, each in node.config.items() if key not in told} for node in (before, after)
        )
        yield from (_at(WHEN, part, after.id) for part in changed_fields(old_rest, new_rest, Titles({})))
        return
    found = paired_steps(old.triggers, new.triggers)
    for node in found.added:
        starts = trigger_in_words(node) or _UNCHOSEN
        yield Difference("added", WHEN, f"{WHEN}: {starts}", "", starts, node.id)
    for node in found.removed:
        starts = trigger_in_words(node) or _UNCHOSEN
        yield Difference("removed", WHEN, f"{WHEN}: no longer {starts}", starts, "", node.id)


def _of_entry(old: Graph, new: Graph) -> Iterator[Difference]:
    before, after = old.entry(), new.entry()
    if before is not None and after is not None:
        key = "conditions"
        if not same(before.config.get(key), after.config.get(key)):
            for part in changed_conditions(before.config.get(key), after.config.get(key)):
                # A comparison reads on from "Only if"; what is added, removed or joined otherwise is named as that.
                colon = " " if part.is_comparison else ": "
                yield Difference(part.kind, ONLY_IF, f"{ONLY_IF}{colon}{part.said}", part.before, part.after, after.id)
        bare = (replace(node, config={k: node.config[k] for k in node.config if k != key}) for node in (before, after))
        yield from (_at(ONLY_IF, part, after.id) for part in _of_step(*bare))
    elif after is not None and after.id not in old.by_id:
        said = in_line(after.config.get("conditions"))
        yield Difference("added", ONLY_IF, f"{ONLY_IF}: added: {said}", "", said, after.id)
    elif before is not None and before.id not in new.by_id:
        said = in_line(before.config.get("conditions"))
        yield Difference("removed", ONLY_IF, f"{ONLY_IF}: removed: {said}", said, "", before.id)


class _Steps:
    """The steps of two definitions side by side."""

    def __init__(self, old: Graph, new: Graph) -> None:
        self.old, self.new = old, new
        entries = old.entry(), new.entry()
        # A condition that lets runs start in one of them only, and branches in the other, is compared as a step.
        is_entry = all(entries)
        self.apart = {
            node.id
            for graph, entry, other in ((old, entries[0], new), (new, entries[1], old))
            for node in graph.nodes
            if node.is_trigger or (node is entry and (is_entry or node.id not in other.by_id))
        }
        self.found: Pairs = paired_steps(self._steps(old), self._steps(new))
        self.was, self.now = Standing(old), Standing(new)
        self.old_names, self.new_names = step_names(old), step_names(new)

    def all(self) -> Iterator[Difference]:
        """What differs, in the order of the newer definition; what was taken out comes last."""
        shifted = moved_steps(self.found.pairs, self.old, self.new)
        gone = {other.id for _, other in shifted}
        stayed = [pair for pair in self.found.pairs if pair[1].id not in gone]
        turns = turned_ways([*self._beginnings(), *stayed], self.old, self.new)
        partner = {other.id: one for one, other in self.found.pairs}
        added = {node.id for node in self.found.added}
        for node in self._steps(self.new):
            if node.id in added:
                yield self._added(node)
                continue
            if node.id in gone:
                place, where = self.new_names[node.id], self.now.place(node)
                was = self.was.place(partner[node.id])
                yield Difference("moved", place, f"moved: {step_in_words(node)}, now {where}", was, where, node.id)
            yield from (_at(self.new_names[node.id], part, node.id) for part in _of_step(partner[node.id], node))
        for turn in turns:
            place = self.new_names.get(turn.node.id, ONLY_IF if turn.node.kind == CONDITION else WHEN)
            before, after = self.was.called(turn.before), self.now.called(turn.after)
            said = f"{place}: {way_in_words(turn.way)}, it now leads to {after} instead of {before}"
            yield Difference("changed", place, said, before, after, turn.node.id)
        yield from map(self._removed, self.found.removed)

    def _steps(self, graph: Graph) -> list[Node]:
        entry = [node for node in (graph.entry(),) if node is not None]
        return [node for node in [*entry, *steps_in_order(graph)] if node.id not in self.apart]

    def _beginnings(self) -> Iterator[tuple[Node, Node]]:
        if len(self.old.triggers) == len(self.new.triggers) == 1:
            yield self.old.triggers[0], self.new.triggers[0]
        entries = self.old.entry(), self.new.entry()
        if entries[0] is not None and entries[1] is not None:
            yield entries[0], entries[1]

    def _added(self, node: Node) -> Difference:
        said = f"added: {step_in_words(node)}, {self.now.place(node)}"
        return Difference("added", self.new_names[node.id], said, "", _told(node, self.now), node.id)

    def _removed(self, node: Node) -> Difference:
        said = f"removed: {step_in_words(node)}"
        return Difference("removed", self.old_names[node.id], said, _told(node, self.was), "", node.id)


def step_names(graph: Graph) -> dict[str, str]:
    """What each step is called: its number, and its label."""
    names = {node.id: f"Step {at}, {place_of(node).label}" for at, node in enumerate(steps_in_order(graph), 1)}
    entry = graph.entry()
    return names if entry is None else {**names, entry.id: ONLY_IF}


def _of_step(old: Node, new: Node) -> Iterator[Part]:
    if old.label != new.label:
        yield turned("Name", *(f"“{place_of(node).label}”" for node in (old, new)))
    if old.disabled != new.disabled:
        said = "disabled: kept, and passed over" if new.disabled else "enabled again"
        before, after = ("disabled" if node.disabled else "enabled" for node in (old, new))
        yield Part("changed", said, before, after)
    yield from changed_fields(old.config, new.config, _titles(new))
    yield from changed_handling(old, new)


def _told(node: Node, standing: Standing) -> str:
    said = [told_fields(node.config, _titles(node)), standing.ways(node)]
    handling = [part.said.replace(f"{UNSAID} → ", "") for part in changed_handling(_bare(node), node)]
    return "; ".join(filter(None, [*said, *handling, "disabled" if node.disabled else ""]))


def _bare(node: Node) -> Node:
    return replace(node, critical=None, handling=None)


def _titles(node: Node) -> Titles:
    kind = all_kinds().get(node.kind)
    return Titles(schema_of(kind.Config) if kind else {})


def _at(place: str, part: Part, node_id: str) -> Difference:
    return Difference(part.kind, place, f"{place}: {part.said}", part.before, part.after, node_id)


def _of_settings(old: Any, new: Any) -> Iterable[Difference]:
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        if canonical_json(old) == canonical_json(new):
            return []
        return [Difference("changed", SETTINGS, f"{SETTINGS}: cannot be compared, since they are broken")]
    return [_at(SETTINGS, part, "") for part in changed_settings(old, new)]
