"""From a definition to what the engine runs."""

from collections.abc import Mapping
from typing import Any

from opsflows.rules import Condition, Problem, RuleError, compile_condition
from opsflows.workflows.compiled import CompiledGraph, CompiledNode, compile_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, Node
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen
from opsflows.workflows.settings import parse_settings


def compile_definition(
    workflow_data: Mapping[str, Any], settings: Mapping[str, Any], references: Frozen | None = None
) -> CompiledGraph:
    """The definition, ready to run. `references` is what it names, as publishing found it.

    It was validated when it was published; here counts only what it cannot run without, so that a version goes on
    running when later validation asks for more.

    Raises:
        InvalidDefinition: with every problem found.
    """
    graph = read_graph(workflow_data)
    if len(graph.triggers) != 1:
        raise InvalidDefinition([Problem("nodes", f"There must be one trigger, not {len(graph.triggers)}.")])
    run_settings = parse_settings(settings)
    trigger, entry, first = graph.triggers[0], graph.entry(), graph.first()
    nodes = _compile_nodes(graph)
    return CompiledGraph(
        trigger_event=trigger.config.get("event"),
        trigger_id=trigger.id,
        entry=entry_condition(entry) if entry else None,
        entry_id=entry.id if entry else None,
        start=graph.handles(entry.id).get("true") if entry else first.id if first else None,
        nodes=nodes,
        settings=run_settings,
        references=references or {},
    )


def entry_condition(entry: Node) -> Condition:
    """The condition that decides whether a run starts.

    Raises:
        InvalidDefinition: with every problem of the condition.
    """
    try:
        return compile_condition(entry.config.get("conditions"), path=f"{entry.path}.config.conditions")
    except RuleError as error:
        raise InvalidDefinition(error.problems) from None


def _compile_nodes(graph: Graph) -> dict[str, CompiledNode]:
    nodes: dict[str, CompiledNode] = {}
    problems: list[Problem] = []
    for node in graph.nodes:
        if node.is_trigger:
            continue
        try:
            nodes[node.id] = compile_node(node, graph.handles(node.id))
        except InvalidDefinition as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidDefinition(problems)
    return nodes
