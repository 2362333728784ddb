"""Steps that are disabled: kept in the definition, and passed over by whatever reads it to run it."""

from collections.abc import Iterable
from dataclasses import replace

from opsflows.workflows.graph import Edge, Graph
from opsflows.workflows.ways_out import way_on


def without_disabled(graph: Graph) -> Graph:
    """The graph as it runs: what leads into a disabled step leads on to what follows by its first way out.

    What only its other ways, or its branches, lead to is left out with it.
    """
    if not any(node.disabled for node in graph.nodes):
        return graph
    kept = {node.id for node in graph.nodes if not node.disabled}
    edges = []
    for edge in graph.edges:
        target = _behind(graph, edge.target)
        if edge.source in kept and target is not None:
            edges.append(edge if target == edge.target else replace(edge, target=target))
    before, after = reached(graph, graph.edges), reached(graph, edges)
    # What nothing led to before is for validation to say.
    gone = before - after
    nodes = tuple(node for node in graph.nodes if node.id in kept and node.id not in gone)
    return Graph(nodes, tuple(edge for edge in edges if edge.source not in gone))


def _behind(graph: Graph, node_id: str) -> str | None:
    """The first step from `node_id` on that is not disabled; None where there is none."""
    seen: set[str] = set()
    while (node := graph.by_id.get(node_id)) is not None and node.disabled:
        if node_id in seen:
            return None
        seen.add(node_id)
        way = way_on(node)
        # Nobody refuses a way of a disabled step that leads to two; which one counts must not hang on their order.
        following = min((edge.target for edge in graph.outgoing.get(node_id, ()) if edge.handle == way), default=None)
        if following is None:
            return None
        node_id = following
    return node_id


def reached(graph: Graph, edges: Iterable[Edge]) -> set[str]:
    """What the triggers lead to along `edges`, the triggers among it."""
    leading: dict[str, list[str]] = {}
    for edge in edges:
        leading.setdefault(edge.source, []).append(edge.target)
    seen: set[str] = set()
    waiting = [node.id for node in graph.triggers]
    while waiting:
        node_id = waiting.pop()
        if node_id not in seen:
            seen.add(node_id)
            waiting += leading.get(node_id, ())
    return seen
