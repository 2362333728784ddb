"""Steps that are disabled: kept in the definition, and passed over by whatever reads it to run it."""

from collections.abc import Iterable
from dataclasses import replace

from opsflows.workflows.graph import DEFAULT_HANDLE, Edge, Graph, Node
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.registry import all_kinds


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
    before, after = _reached(graph, graph.edges), _reached(graph, edges)
    # What nothing led to before is for validation to say.
    gone = before - after
    nodes = tuple(node for node in graph.nodes if node.id in kept and node.id not in gone)
    return Graph(nodes, tuple(edge for edge in edges if edge.source not in gone))


def way_on(node: Node, handles: Iterable[str]) -> str:
    """Of the ways out that lead anywhere, the one by which the flow goes on where the step is passed over."""
    kind = all_kinds().get(node.kind)
    preferred = kind.outcomes[0] if kind and kind.outcomes else DEFAULT_HANDLE
    there = list(handles)
    # The other ways of a fork lead into branches, which are no way on.
    is_certain = preferred in there or not there or isinstance(kind, ForkKind)
    return preferred if is_certain else there[0]


def _behind(graph: Graph, node_id: str) -> str | None:
    """The first step from `node_id` on that is not disabled; None where there is none."""
    seen: set[str] = set()
    while (node := graph.by_id.get(node_id)) is not None and node.disabled:
        if node_id in seen:
            return None
        seen.add(node_id)
        handles = graph.handles(node_id)
        following = handles.get(way_on(node, handles))
        if following is None:
            return None
        node_id = following
    return node_id


def _reached(graph: Graph, edges: Iterable[Edge]) -> set[str]:
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
