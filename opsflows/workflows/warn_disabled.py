"""What a disabled step takes with it, said to whoever wrote the draft: steps behind it, and values that others read."""

from collections.abc import Iterator, Mapping
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, Node
from opsflows.workflows.named_conditions import open_node
from opsflows.workflows.passed_over import reached, without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.reads import reads_of
from opsflows.workflows.wording.differences import step_names

#: Steps that one sentence names.
_MOST = 3


def disabled_warnings(workflow_data: Any) -> Iterator[Problem]:
    """Nothing where no step is disabled, or the draft cannot be read."""
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition:
        return
    if not any(node.disabled for node in graph.nodes):
        return
    running = without_disabled(graph)
    known = step_names(graph)
    names = {node.id: f"“{known.get(node.id, node.id)}”" for node in graph.nodes}
    yield from _left_out(graph, running, names)
    yield from _missed(graph, running, names)


def _left_out(graph: Graph, running: Graph, names: Mapping[str, str]) -> Iterator[Problem]:
    there = reached(graph, graph.edges)
    gone = [node for node in graph.nodes if node.id in there and node.id not in running.by_id and not node.disabled]
    if not gone:
        return
    called = [names[node.id] for node in gone[:_MOST]]
    more = f" and {len(gone) - _MOST} more" if len(gone) > _MOST else ""
    said = "is passed over as well: only a disabled step leads to it."
    if len(gone) > 1:
        said = "are passed over as well: only disabled steps lead to them."
    yield Problem(gone[0].path, f"{', '.join(called)}{more} {said}")


def _missed(graph: Graph, running: Graph, names: Mapping[str, str]) -> Iterator[Problem]:
    """What steps that run read of those that do not."""
    off = [node for node in graph.nodes if node.id not in running.by_id]
    still_set = {name for node in running.nodes for name in _sets(node)}
    set_by = {name: node for node in off for name in _sets(node) if name not in still_set}
    for node in running.nodes:
        told: set[str] = set()
        for path in reads_of(open_node(node)):
            first, _, rest = path.partition(".")
            source = graph.by_id.get(rest.partition(".")[0]) if first == "steps" else set_by.get(first)
            if source is None or source.id in running.by_id or source.id in told:
                continue
            told.add(source.id)
            empty = "it is empty" if first == "steps" else "it is empty, unless what starts the run carries it"
            sentence = f"{names[node.id]} reads {path}, which comes from {names[source.id]}; that is passed over, so"
            yield Problem(node.path, f"{sentence} {empty}.")


def _sets(node: Node) -> Iterator[str]:
    examined = None if node.is_trigger else examine_node(open_node(node))
    if examined and examined.kind and examined.config is not None:
        yield from examined.kind.sets(examined.config)
