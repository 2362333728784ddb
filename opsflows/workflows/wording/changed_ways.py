"""Where steps lead: which were moved, and which ways out lead elsewhere. What is added or taken out is passed over."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from opsflows.workflows.graph import DEFAULT_HANDLE, Edge, Graph, Node
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.wording.places import place_of
from opsflows.workflows.wording.reading import steps_in_order
from opsflows.workflows.wording.steps import way_in_words

#: Ways into a step that are told one by one.
_MOST_WAYS = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """A way out of a step of the newer definition that leads elsewhere: to which step then, and to which now."""

    node: Node
    way: str
    before: str
    after: str


def in_sequence(graph: Graph) -> list[Node]:
    """All nodes in an order that follows from what they are and how they hang together, not from how it is written."""
    order: dict[str, Node] = {}
    stack = [node.id for node in sorted(graph.triggers, key=lambda node: node.id, reverse=True)]
    while stack:
        node = graph.by_id.get(stack.pop())
        if node is not None and node.id not in order:
            order[node.id] = node
            stack += [edge.target for edge in reversed(_sorted_edges(graph, node))]
    return [*order.values(), *sorted((n for n in graph.nodes if n.id not in order), key=lambda node: node.id)]


def moved_steps(pairs: Iterable[tuple[Node, Node]], old: Graph, new: Graph) -> list[tuple[Node, Node]]:
    """Of the steps that are in both, the fewest that had to change places, in the order of the newer definition."""
    known = {one.id: other.id for one, other in pairs}
    by_new = {other.id: (one, other) for one, other in pairs}
    before = [known[node.id] for node in in_sequence(old) if node.id in known]
    after = [node.id for node in in_sequence(new) if node.id in by_new]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stayed = {after[at] for block in blocks for at in range(block.b, block.b + block.size)}
    return [by_new[node_id] for node_id in after if node_id not in stayed]


class Standing:
    """Where the steps of one definition stand, in words."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._entry = graph.entry()
        self._ranks = {node.id: rank for rank, node in enumerate(in_sequence(graph))}
        steps = steps_in_order(graph)
        labels = Counter(place_of(node).label for node in steps)
        self._names = {node.id: f"“{place_of(node).label}”" for node in graph.nodes}
        # Where several are called the same, the number tells them apart.
        self._names |= {
            node.id: f"step {number}, {self._names[node.id]}"
            for number, node in enumerate(steps, 1)
            if labels[place_of(node).label] > 1
        }

    def place(self, node: Node) -> str:
        """`as the first step`, `after “Call”`, `if no at “Check a condition”`; all ways that lead to it."""
        graph = self._graph
        into = [edge for edge in graph.edges if edge.target == node.id and edge.source in graph.by_id]
        into.sort(key=lambda edge: (self._ranks[edge.source], edge.handle))
        said = list(dict.fromkeys(map(self._behind, into)))
        if len(said) > _MOST_WAYS:
            said = [*said[:_MOST_WAYS], f"{len(said) - _MOST_WAYS} more ways"]
        return " and ".join(said) or "where nothing leads to it yet"

    def ways(self, node: Node) -> str:
        """Where the ways out of a step lead that do not say it by being the only one: `if no: “Call”`."""
        edges = _sorted_edges(self._graph, node)
        if len(edges) < 2 and all(edge.handle == DEFAULT_HANDLE for edge in edges):
            return ""
        return "; ".join(f"{way_in_words(edge.handle)}: {self.called(edge.target)}" for edge in edges)

    def called(self, node_id: str) -> str:
        """What a step is called; `the end` where there is none."""
        return self._names.get(node_id, "the end")

    def _behind(self, edge: Edge) -> str:
        source = self._graph.by_id[edge.source]
        if source.is_trigger or source is self._entry:
            return "as the first step"
        called = self.called(source.id)
        is_alone = len(self._graph.outgoing.get(source.id, ())) == 1
        if edge.handle == DEFAULT_HANDLE or (is_alone and edge.handle == _way_through(source, ())):
            return f"after {called}"
        way = way_in_words(edge.handle)
        return f"{way} at {called}" if way.startswith(("if ", "for ")) else f"“{way}” at {called}"


def turned_ways(pairs: Iterable[tuple[Node, Node]], old: Graph, new: Graph) -> list[Turn]:
    """The ways out of steps that stayed, where they lead to another step that stayed, or to none."""
    kept = {one.id: other.id for one, other in pairs}
    kept_new = {node_id: node_id for node_id in kept.values()}
    found = []
    for one, other in pairs:
        before, after = old.handles(one.id), new.handles(other.id)
        for handle in [*after, *(handle for handle in before if handle not in after)]:
            was = _followed(old, before.get(handle), kept)
            now = _followed(new, after.get(handle), kept_new)
            if was != now:
                # Told by where it leads in truth, which may be a step that came or went.
                found.append(Turn(other, handle, before.get(handle, ""), after.get(handle, "")))
    return found


def _followed(graph: Graph, node_id: str | None, kept: Mapping[str, str]) -> str:
    """The first step from here on that stayed, as the newer definition calls it; empty at the end."""
    seen: set[str] = set()
    while node_id is not None and node_id not in seen:
        if node_id in kept:
            return kept[node_id]
        seen.add(node_id)
        node = graph.by_id.get(node_id)
        handles = graph.handles(node_id)
        node_id = handles.get(_way_through(node, handles)) if node else None
    return ""


def _way_through(node: Node, handles: Iterable[str]) -> str:
    """Of the ways out that lead anywhere, the one that stands for the row where a step was put in or taken out."""
    kind = all_kinds().get(node.kind)
    preferred = kind.outcomes[0] if kind and kind.outcomes else DEFAULT_HANDLE
    there = sorted(handles)
    # The other ways of a fork lead into branches, which are no way on.
    is_certain = preferred in there or not there or isinstance(kind, ForkKind)
    return preferred if is_certain else there[0]


def _sorted_edges(graph: Graph, node: Node) -> list[Edge]:
    kind = all_kinds().get(node.kind)
    ways = list(kind.outcomes) if kind else []
    rank = {way: at for at, way in enumerate(ways)}
    edges = graph.outgoing.get(node.id, ())
    return sorted(edges, key=lambda edge: (rank.get(edge.handle, len(ways)), edge.handle, edge.target))
