"""What is wrong with the way the steps of a graph are joined."""

from collections.abc import Iterator, Mapping

from opsflows.rules import Problem
from opsflows.workflows.bodies import body_problems
from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE, Graph, Node, edge_path
from opsflows.workflows.kinds import ForkKind, StepConfig, StepKind

#: What is known of a step: its kind and its configuration, where that is valid.
Known = tuple[StepKind, StepConfig]


def wiring_problems(graph: Graph, known: Mapping[str, Known]) -> list[Problem]:
    """Every problem of the edges. A step that is not in `known` (by node id) may have any way out."""
    return [
        *_loose_ends(graph),
        *_wrong_ways_out(graph, known),
        *_doubled_ways_out(graph),
        *_cycles(graph),
        *_unreachable(graph),
        *_nothing_to_do(graph),
        *_branch_without_way(graph),
        *body_problems(graph, bodies_of(known)),
    ]


def _loose_ends(graph: Graph) -> Iterator[Problem]:
    for edge in graph.edges:
        for end in (edge.source, edge.target):
            if end not in graph.by_id:
                yield Problem(edge_path(edge), f"There is no node {end!r}; join it to one that exists or remove it.")


def _wrong_ways_out(graph: Graph, known: Mapping[str, Known]) -> Iterator[Problem]:
    for edge in graph.edges:
        source = graph.by_id.get(edge.source)
        allowed = _ways_out(source, known) if source else None
        if source is None or allowed is None or edge.handle in allowed:
            continue
        if allowed == (ERROR_HANDLE,):
            yield Problem(edge_path(edge), f"{source.kind!r} ends the run; remove what follows it.")
        else:
            path, names = f"{edge_path(edge)}.sourceHandle", ", ".join(map(repr, allowed))
            yield Problem(path, f"{source.kind!r} has no way out called {edge.handle!r}; it has {names}.")


def bodies_of(known: Mapping[str, Known]) -> dict[str, frozenset[str]]:
    """Of every fork, the ways out that lead into its branches."""
    return {
        node_id: frozenset(kind.bodies(config))
        for node_id, (kind, config) in known.items()
        if isinstance(kind, ForkKind)
    }


def _ways_out(node: Node, known: Mapping[str, Known]) -> tuple[str, ...] | None:
    if node.is_trigger:
        return (DEFAULT_HANDLE,)
    if node.id not in known:
        return None
    kind, config = known[node.id]
    return (*kind.ways_out(config), ERROR_HANDLE)


def _branch_without_way(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes:
        if node.handling and node.handling.on_error == "branch" and ERROR_HANDLE not in graph.handles(node.id):
            yield Problem(f"{node.path}.onError", "Says branch, and no way leads out by “error”; add it or say stop.")


def _doubled_ways_out(graph: Graph) -> Iterator[Problem]:
    taken: set[tuple[str, str]] = set()
    for edge in graph.edges:
        if (edge.source, edge.handle) in taken:
            yield Problem(
                edge_path(edge),
                f"{edge.source!r} is left by {edge.handle!r} more than once; a run goes one way, so put them in a row.",
            )
        taken.add((edge.source, edge.handle))


def _cycles(graph: Graph) -> Iterator[Problem]:
    """One problem for each edge that closes a circle, found by walking on without calling (a row may be 500 long)."""
    done: set[str] = set()
    for node in graph.nodes:
        walk, on_the_way = [(node.id, iter(graph.outgoing.get(node.id, ())))], {node.id}
        while walk and node.id not in done:
            current, edges = walk[-1]
            edge = next(edges, None)
            if edge is None:
                walk.pop()
                on_the_way.discard(current)
                done.add(current)
            elif edge.target in on_the_way:
                yield Problem(
                    edge_path(edge), f"It leads back to {edge.target!r} and makes a circle; remove one edge of it."
                )
            elif edge.target not in done:
                on_the_way.add(edge.target)
                walk.append((edge.target, iter(graph.outgoing.get(edge.target, ()))))


def _unreachable(graph: Graph) -> Iterator[Problem]:
    reached = {node.id for node in graph.triggers}
    waiting = list(reached)
    while waiting:
        for edge in graph.outgoing.get(waiting.pop(), ()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    for node in graph.nodes if reached else ():
        if node.id not in reached:
            yield Problem(node.path, "No way leads here from the trigger; join the step to another or remove it.")


def _nothing_to_do(graph: Graph) -> Iterator[Problem]:
    entry = graph.entry()
    if graph.triggers and all(node.is_trigger or node is entry for node in graph.nodes):
        yield Problem("nodes", "There is nothing to do yet; add at least one step.")
