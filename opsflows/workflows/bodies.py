"""Which steps stand inside of which branches: a branch begins at a way out of a fork and ends where no step follows."""

from collections.abc import Iterator, Mapping

from opsflows.rules import Problem
from opsflows.workflows.graph import Graph

#: Where a step stands: the forks around it, from the outside in, each with the way out that leads to the step.
Home = tuple[tuple[str, str], ...]

MAX_DEPTH = 4


def homes(graph: Graph, bodies: Mapping[str, frozenset[str]]) -> dict[str, Home]:
    """The home of every step that a trigger leads to; `bodies` are the ways out of forks that lead into branches.

    A step that is reached from two places has the home it is reached by first (`body_problems` refuses that).
    """
    return dict(_walk(graph, bodies))


def body_problems(graph: Graph, bodies: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Steps that stand in a branch and outside of it, and branches within branches beyond `MAX_DEPTH`."""
    known: dict[str, Home] = {}
    for node_id, home in _walk(graph, bodies):
        if known.setdefault(node_id, home) != home:
            yield Problem(
                graph.by_id[node_id].path,
                f"It is reached both from inside {_named(known[node_id], home)} and from elsewhere; a branch ends "
                "where no step follows, and what comes after all branches follows the way out “done”.",
            )
        elif len(home) > MAX_DEPTH:
            yield Problem(graph.by_id[node_id].path, f"Branches can stand in one another {MAX_DEPTH} deep at most.")


def _walk(graph: Graph, bodies: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, Home]]:
    """Each way of reaching a step, once for each home."""
    seen: set[tuple[str, Home]] = set()
    waiting: list[tuple[str, Home]] = [(node.id, ()) for node in graph.triggers]
    while waiting:
        node_id, home = waiting.pop()
        for edge in graph.outgoing.get(node_id, ()):
            inside = edge.handle in bodies.get(node_id, ())
            found = edge.target, ((*home, (node_id, edge.handle)) if inside else home)
            # Deeper than is allowed there is nothing to find but a circle, which the wiring refuses.
            if edge.target in graph.by_id and found not in seen and len(found[1]) <= MAX_DEPTH + 1:
                seen.add(found)
                waiting.append(found)
                yield found


def _named(one: Home, other: Home) -> str:
    deeper = max(one, other, key=len)
    shallower = min(one, other, key=len)
    fork, handle = next((place for place in deeper if place not in shallower), deeper[-1])
    return f"“{handle}” of {fork!r}"
