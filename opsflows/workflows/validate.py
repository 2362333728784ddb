"""What is wrong with a definition: what refuses even a draft, and all that refuses publishing."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from opsflows.rules import Problem, RuleError
from opsflows.rules.conditions.named import LIST, SEGMENT
from opsflows.workflows.compiled import ExaminedNode, examine_node
from opsflows.workflows.error_workflow import named_in
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import Graph, node_path
from opsflows.workflows.named_conditions import (
    expand,
    expand_graph,
    left_open,
    names_in,
    names_in_node,
    open_graph,
    open_node,
)
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Reference, reference_problems, resolve
from opsflows.workflows.settings import parse_settings
from opsflows.workflows.triggers import trigger_problems, unknown_fields
from opsflows.workflows.wiring import wiring_problems


def structure_problems(workflow_data: object, settings: object) -> list[Problem]:
    """What refuses even a draft: a shape that cannot be read, a kind, operator, field or setting that is not known, a
    condition or a template that is broken. Paths are the graph's: `nodes[a1].config.to`."""
    return _problems(workflow_data, settings, _broken)


def publish_problems(workflow_data: object, settings: object, *, account_id: uuid.UUID | None = None) -> list[Problem]:
    """All that stands in the way of publishing; what refuses a draft is among it.

    With `account_id`, also every name (of a message template, a segment, …) that means nothing in that account, and
    what is wrong once segments and lists are put in.
    """
    problems = _problems(workflow_data, settings, _everything)
    return problems if problems or account_id is None else _problems_of_names(workflow_data, settings, account_id)


def references_of(graph: Graph, settings: object, *, account_id: uuid.UUID) -> dict[str, dict[str, Mapping[str, Any]]]:
    """What a valid definition names, as it stands now.

    Raises:
        UnknownReference: something is not there (any more).
    """
    return resolve((found for _, found in named_by(graph, settings)), account_id=account_id)


def named_by(graph: Graph, settings: object) -> Iterator[tuple[str, Reference]]:
    """Everything that a definition names, each with the path of what it stands in."""
    for node in without_disabled(graph).nodes:
        examined = None if node.is_trigger else examine_node(open_node(node))
        path = f"{node.path}.config"
        if examined and examined.kind and examined.config is not None:
            yield from ((path, found) for found in examined.kind.references(examined.config))
        yield from ((path, found) for found in names_in_node(node))
    yield from (("settings", found) for found in [*names_in(settings), *named_in(settings)])


def _problems_of_names(workflow_data: object, settings: object, account_id: uuid.UUID) -> list[Problem]:
    graph = without_disabled(read_graph(workflow_data))
    found = list(named_by(graph, settings))
    problems = [
        problem
        for path, reference in found
        for problem in reference_problems([reference], account_id=account_id, path=path)
    ]
    if problems or not {reference.kind for _, reference in found} & {SEGMENT, LIST}:
        return problems
    references = resolve((reference for _, reference in found), account_id=account_id)
    try:
        whole = expand_graph(graph, references), expand(settings, references, path="settings")
    except RuleError as error:
        return error.problems
    return _judged(*whole, _everything)


_Examined = Mapping[str, ExaminedNode]


def _problems(
    workflow_data: object, settings: object, look: Callable[[Graph, _Examined], Iterable[Problem]]
) -> list[Problem]:
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition as error:
        return [*error.problems, *_settings_problems(left_open(settings))]
    return _judged(open_graph(graph), left_open(settings), look)


def _judged(graph: Graph, settings: object, look: Callable[[Graph, _Examined], Iterable[Problem]]) -> list[Problem]:
    examined = {node.id: examine_node(node) for node in graph.nodes if not node.is_trigger}
    return [*look(graph, examined), *_settings_problems(settings)]


def _everything(graph: Graph, examined: _Examined) -> Iterator[Problem]:
    yield from _broken(graph, examined)
    yield from _trigger_problems(graph)
    # A step may be disabled because it is not finished.
    running = without_disabled(graph)
    there = {node.id: examined[node.id] for node in running.nodes if not node.is_trigger}
    yield from _unfinished(there)
    known = {
        node_id: (node.kind, node.config)
        for node_id, node in there.items()
        if node.kind is not None and node.config is not None
    }
    yield from wiring_problems(running, known)


def _settings_problems(settings: object) -> list[Problem]:
    try:
        parse_settings(settings)
    except InvalidDefinition as error:
        return error.problems
    return []


def _broken(graph: Graph, examined: _Examined) -> Iterator[Problem]:
    for node in graph.nodes:
        if node.is_trigger:
            yield from unknown_fields(node)
            continue
        found = examined[node.id]
        yield from found.broken
        if found.kind and node.type != found.kind.step_type:
            yield Problem(f"{node.path}.type", f'Must be "{found.kind.step_type}" for a step of kind {node.kind}.')


def _unfinished(examined: _Examined) -> Iterator[Problem]:
    for node_id, node in examined.items():
        yield from node.unfinished
        if node.kind and node.config is not None and not node.broken:
            yield from node.kind.check(node.config, path=f"{node_path(node_id)}.config")


def _trigger_problems(graph: Graph) -> Iterator[Problem]:
    if len(graph.triggers) != 1:
        found = "none" if not graph.triggers else ", ".join(node.id for node in graph.triggers)
        yield Problem("nodes", f"There must be exactly one trigger; found: {found}.")
    for trigger in graph.triggers:
        yield from trigger_problems(trigger)
