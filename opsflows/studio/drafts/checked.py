"""The last look at a draft that was changed: nothing may be wired worse than before."""

from collections.abc import Mapping
from typing import Any

from opsflows.studio.drafts.refused import Refused
from opsflows.workflows.compiled import examine_node
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.named_conditions import open_node
from opsflows.workflows.read_graph import MAX_NODES, read_graph
from opsflows.workflows.wiring import wiring_problems


def checked(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """`after`, unless its steps are joined in a way that a run could not go and that was not there `before`.

    Raises:
        Refused: with the first such problem.
    """
    if len(after["nodes"]) > MAX_NODES:
        raise Refused(f"A workflow has at most {MAX_NODES} steps. Split it, and let one start the other.")
    found = wrong_joints(after)
    if found and (new := found - wrong_joints(before)):
        raise Refused(f"The step cannot stand there. {sorted(new)[0]}")
    return after


def wrong_joints(workflow_data: Mapping[str, Any]) -> set[str]:
    """What is wrong with the way the steps are joined; that something is still missing is not wrong."""
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition as error:
        return {str(problem) for problem in error.problems}
    known = {}
    for node in graph.nodes:
        found = None if node.is_trigger else examine_node(open_node(node))
        if found and found.kind is not None and found.config is not None:
            known[node.id] = (found.kind, found.config)
    problems = wiring_problems(graph, known)
    return {each.message for each in problems if each.path != "nodes" and not each.path.endswith(".onError")}
