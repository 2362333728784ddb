"""A workflow as one reads it: when, only if, then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.outbound import redact_value
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, Graph, Node
from opsflows.workflows.read_graph import read_graph
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
    edges = graph.outgoing.get(node.id, ())
    ways = tuple(
        (way_in_words(edge.handle), numbers[edge.target])
        for edge in edges
        if edge.target in numbers
        and (len(edges) > 1 or numbers[edge.target] != number + 1 or not is_plain_way(edge.handle))
    )
    condition = clause_of(node) if node.kind == CONDITION else None
    return Line(number, place_of(node), gist(config), condition, ways, None if condition else config, node.disabled)


def _in_order(graph: Graph) -> list[Node]:
    """From the trigger on, each branch to its end before the next; what nothing leads to comes last."""
    order: dict[str, Node] = {}
    stack = [node.id for node in reversed(graph.triggers)]
    while stack:
        node = graph.by_id.get(stack.pop())
        if node is not None and node.id not in order:
            order[node.id] = node
            stack.extend(edge.target for edge in reversed(graph.outgoing.get(node.id, [])))
    return [*order.values(), *(node for node in graph.nodes if node.id not in order)]
