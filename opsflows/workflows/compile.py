"""From a definition to what the engine runs."""

from collections.abc import Mapping
from typing import Any

from opsflows.rules import Condition, Problem, RuleError, compile_condition
from opsflows.workflows.bodies import homes
from opsflows.workflows.compiled import CompiledGraph, CompiledNode, compile_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.exits import compile_exits
from opsflows.workflows.graph import Graph, Node
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.named_conditions import expand, expand_node
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen
from opsflows.workflows.settings import parse_settings
from opsflows.workflows.triggers import trigger_event


def compile_definition(
    workflow_data: Mapping[str, Any], settings: Mapping[str, Any], references: Frozen | None = None
) -> CompiledGraph:
    """The definition, ready to run. `references` is what it names, as publishing found it.

    It was validated when it was published; here counts only what it cannot run without, so that a version goes on
    running when later validation asks for more.

    Raises:
        InvalidDefinition: with every problem found.
    """
    graph, names = without_disabled(read_graph(workflow_data)), references or {}
    if len(graph.triggers) != 1:
        raise InvalidDefinition([Problem("nodes", f"There must be one trigger, not {len(graph.triggers)}.")])
    run_settings = parse_settings(_expanded(settings, names))
    trigger, entry, first = graph.triggers[0], graph.entry(), graph.first()
    nodes = _compile_nodes(graph, names)
    forks = {node.id: node.kind for node in nodes.values() if isinstance(node.kind, ForkKind)}
    exits = compile_exits(run_settings.exits)
    return CompiledGraph(
        trigger_event=trigger_event(trigger) or None,
        trigger_id=trigger.id,
        entry=entry_condition(entry, names) if entry else None,
        entry_id=entry.id if entry else None,
        start=graph.handles(entry.id).get("true") if entry else first.id if first else None,
        nodes=nodes,
        settings=run_settings,
        references=names,
        iterating=frozenset(node_id for node_id, kind in forks.items() if kind.iterates),
        has_forks=bool(forks),
        exits=exits,
        listens=any(each.event for each in exits) or any(node.kind.listens for node in nodes.values()),
    )


def entry_condition(entry: Node, references: Frozen) -> Condition:
    """The condition that decides whether a run starts.

    Raises:
        InvalidDefinition: with every problem of the condition.
    """
    path = f"{entry.path}.config.conditions"
    try:
        return compile_condition(expand(entry.config.get("conditions"), references, path=path), path=path)
    except RuleError as error:
        raise InvalidDefinition(error.problems) from None


def _expanded(settings: Mapping[str, Any], references: Frozen) -> Any:
    try:
        return expand(settings, references, path="settings")
    except RuleError as error:
        raise InvalidDefinition(error.problems) from None


def _compile_nodes(graph: Graph, references: Frozen) -> dict[str, CompiledNode]:
    nodes: dict[str, CompiledNode] = {}
    problems: list[Problem] = []
    for node in graph.nodes:
        if node.is_trigger:
            continue
        try:
            nodes[node.id] = compile_node(expand_node(node, references), graph.handles(node.id), written=node)
        except (InvalidDefinition, RuleError) as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidDefinition(problems)
    bodies = {node.id: node.bodies for node in nodes.values() if node.bodies}
    for node_id, home in homes(graph, bodies).items() if bodies else ():
        nodes[node_id].home = home
    return nodes
