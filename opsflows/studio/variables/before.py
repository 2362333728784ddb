"""What lies before a step in a draft: steps that may have answered, names that they set, lists that it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.workflows.bodies import homes
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, Node
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph


@dataclass(frozen=True, slots=True)
class StepBefore:
    """One step that is gone before, perhaps only on one of the ways."""

    id: str
    kind: str
    label: str
    pinned: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Before:
    """The steps in the order in which they lie, the names that they set, and what lists around call their items."""

    steps: tuple[StepBefore, ...] = ()
    sets: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def steps_before(workflow_data: Any, node_id: str) -> Before:
    """What lies before `node_id`; nothing where the draft cannot be read, or has no such step."""
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition:
        return Before()
    if node_id not in graph.by_id:
        return Before()
    entry, running = graph.entry(), without_disabled(graph)
    # Of a step that is passed over itself it is told what it could read if it were not.
    graph = running if node_id in running.by_id else graph
    # The condition at the entrance is no step to whoever reads the rule.
    passed = (node for node in _upstream(graph, node_id) if not node.is_trigger and node is not entry)
    nodes = [node for node in passed if not node.disabled]
    examined = {node.id: examine_node(node) for node in nodes}
    steps, sets = [], dict[str, None]()
    for node in nodes:
        found = examined[node.id]
        label = node.label or (found.kind.label if found.kind else node.kind)
        steps.append(StepBefore(node.id, node.kind, label, node.pinned))
        if found.kind is not None and found.config is not None:
            sets |= dict.fromkeys(found.kind.sets(found.config))
    return Before(tuple(steps), tuple(sets), tuple(_items(graph, node_id)))


def _upstream(graph: Graph, node_id: str) -> list[Node]:
    """Every step from which `node_id` can be reached, the furthest first."""
    leading: dict[str, list[str]] = {}
    for edge in graph.edges:
        leading.setdefault(edge.target, []).append(edge.source)
    seen: dict[str, int] = {}
    waiting = [(node_id, 0)]
    while waiting:
        current, distance = waiting.pop(0)
        for source in leading.get(current, ()):
            if source not in seen and source != node_id and source in graph.by_id:
                seen[source] = distance + 1
                waiting.append((source, distance + 1))
    return [graph.by_id[each] for each in sorted(seen, key=lambda each: -seen[each])]


def _items(graph: Graph, node_id: str) -> list[str]:
    bodies, names = dict[str, frozenset[str]](), dict[str, str]()
    for node in graph.nodes:
        found = None if node.is_trigger else examine_node(node)
        if found and isinstance(found.kind, ForkKind) and found.config is not None:
            bodies[node.id] = frozenset(found.kind.bodies(found.config))
            if found.kind.iterates:
                names[node.id] = str(getattr(found.config, "item", "item"))
    home = homes(graph, bodies).get(node_id, ()) if bodies else ()
    return [names[fork] for fork, _ in home if fork in names]
