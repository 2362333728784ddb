"""A workflow as one reads it: when, only if, then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.outbound import redact_value
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, Graph, Node
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.ways_out import edges_in_order
from opsflows.workflows.wording.clauses import Clause, clause_of
from opsflows.workflows.wording.places import Place, place_of
from opsflows.workflows.wording.steps import gist, is_plain_way, starts_in_words, way_in_words


@dataclass(frozen=True, slots=True)
class Line:
    """One step: its number, what it does, and where it leads if that is not simply the next line."""

    number: int
    place: Place
    gist: str
    condition: Clause | None
    ways: tuple[tuple[str, int], ...]
    config: Any
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole workflow in words. `problem` says why it cannot be read at all."""

    trigger: str = ""
    only_if: Clause | None = None
    lines: tuple[Line, ...] = ()
    problem: str = ""


def reading(workflow_data: Any) -> Reading:
    """`workflow_data` in words; secrets in it are masked."""
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition as error:
        return Reading(problem=str(error))
    entry = graph.entry()
    order = steps_in_order(graph)
    numbers = {node.id: number for number, node in enumerate(order, 1)}
    return Reading(
        trigger=starts_in_words(graph),
        only_if=clause_of(entry) if entry else None,
        lines=tuple(_line(node, numbers, graph) for node in order),
    )


def steps_in_order(graph: Graph) -> list[Node]:
    """The steps as they are read and numbered; what starts it, and the condition that lets it start, are none."""
    entry = graph.entry()
    return [node for node in _in_order(graph) if not node.is_trigger and node is not entry]


def _line(node: Node, numbers: Mapping[str, int], graph: Graph) -> Line:
    number = numbers[node.id]
    config = redact_value(node.config)
    edges = edges_in_order(graph, node)
    ways = tuple(
        (way_in_words(edge.handle), numbers[edge.target])
        for edge in edges
        if edge.target in numbers
        and (len(edges) > 1 or numbers[edge.target] != number + 1 or not is_plain_way(edge.handle))
    )
    condition = clause_of(node) if node.kind == CONDITION else None
    return Line(number, place_of(node), gist(config), condition, ways, None if condition else config, node.disabled)


def _in_order(graph: Graph) -> list[Node]:
    """As the editor shows them: one branch after the other, and behind them where they meet; loose steps come last."""
    backwards: dict[str, Node] = {}
    seen: set[str] = set()
    # Each with what it leads to that was not looked at yet; a step is done once all of that is.
    open_ones: list[tuple[Node, list[str]]] = []

    def open_one(node_id: str) -> None:
        node = graph.by_id.get(node_id)
        if node is not None and node_id not in seen:
            seen.add(node_id)
            open_ones.append((node, [edge.target for edge in edges_in_order(graph, node)]))

    for trigger in reversed(graph.triggers):
        open_one(trigger.id)
        while open_ones:
            node, ahead = open_ones[-1]
            if ahead:
                open_one(ahead.pop())
            else:
                backwards[node.id] = node
                open_ones.pop()
    return [*reversed(backwards.values()), *(node for node in graph.nodes if node.id not in backwards)]
