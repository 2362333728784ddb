"""The rule form: trigger, conditions and actions (Rules) as a projection of the graph, and back without loss.

The graph is the truth. `to_rule` says the same as a rule wherever the graph is a trigger, perhaps one condition, and a
straight row of actions. What a rule does not usually name (the ids and labels of the trigger and the condition) stands
in `triggerStep` and `conditionsStep`, and only where it differs from what `to_graph` would give.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE, EVENT, TRIGGER, Graph, Node
from opsflows.workflows.handling import HANDLING_KEYS, write_handling
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import RESERVED, all_kinds

TRIGGER_ID = "trigger"
CONDITIONS_ID = "conditions"
_SPACING = 120
#: What a step says beside its kind and configuration.
_BESIDE = ("label", "critical", *HANDLING_KEYS, "pinned")


def action_id(index: int) -> str:
    """The id of the action at `index` (from 0), where it says none itself."""
    return f"a{index + 1}"


def to_graph(rule: Mapping[str, Any]) -> dict[str, Any]:
    """`workflow_data` for a rule that `rule_problems` has nothing to say about, laid out from top to bottom."""
    nodes = list(_nodes(rule))
    return {
        "nodes": [{**node, "position": {"x": 0, "y": _SPACING * index}} for index, node in enumerate(nodes)],
        "edges": [
            {
                "id": f"{source['id']}-{target['id']}",
                "source": source["id"],
                "target": target["id"],
                "sourceHandle": _way_on(source["data"]["kind"]),
            }
            for source, target in pairwise(nodes)
        ],
    }


def to_rule(workflow_data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rule that says the same as the graph; None where no rule can."""
    try:
        graph = read_graph(workflow_data)
    except InvalidDefinition:
        return None
    row = _row(graph)
    if row is None or row[0].config.keys() - {"event"}:
        return None
    event = row[0].config.get("event")
    if event is None and "event" in row[0].config:
        return None
    rule = {"trigger": event, **_step("triggerStep", row[0], TRIGGER_ID)}
    entry, actions = graph.entry(), row[1:]
    # An entry condition that says something else as well is an action like any other.
    if entry is not None and entry.config.keys() == {"conditions"} and entry.config["conditions"] is not None:
        rule |= {**entry.config, **_step("conditionsStep", entry, CONDITIONS_ID)}
        actions = row[2:]
    if any(action.config.keys() & RESERVED for action in actions):
        return None
    return {**rule, "actions": [_action(node, action_id(index)) for index, node in enumerate(actions)]}


def _row(graph: Graph) -> list[Node] | None:
    """All nodes in their order, if they stand in one straight row behind a single trigger."""
    if len(graph.triggers) != 1 or len(graph.edges) != len(graph.nodes) - 1:
        return None
    row = [graph.triggers[0]]
    while edges := graph.outgoing.get(row[-1].id):
        following = graph.by_id.get(edges[0].target)
        if len(edges) != 1 or edges[0].handle != _way_on(row[-1].kind) or following is None or following in row:
            return None
        row.append(following)
    return row if len(row) == len(graph.nodes) else None


def _nodes(rule: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    trigger, conditions = rule.get("trigger"), rule.get("conditions")
    yield _node(TRIGGER, EVENT, {} if trigger is None else {"event": trigger}, rule.get("triggerStep"), TRIGGER_ID)
    if conditions is not None:
        yield _node(CONDITION, CONDITION, {"conditions": conditions}, rule.get("conditionsStep"), CONDITIONS_ID)
    for index, action in enumerate(rule.get("actions") or ()):
        config = {key: value for key, value in action.items() if key not in RESERVED}
        yield _node(_step_type(action["type"]), action["type"], config, action, action_id(index))


def _node(
    step_type: str, kind: str, config: dict[str, Any], step: Mapping[str, Any] | None, default_id: str
) -> dict[str, Any]:
    step = step or {}
    data: dict[str, Any] = {"kind": kind, "config": config}
    data |= {key: step[key] for key in _BESIDE if step.get(key) is not None}
    return {"id": step.get("id") or default_id, "type": step_type, "data": data}


def _action(node: Node, default_id: str) -> dict[str, Any]:
    return {"type": node.kind, **_names(node, default_id), **node.config}


def _step(key: str, node: Node, default_id: str) -> dict[str, Any]:
    names = _names(node, default_id)
    return {key: names} if names else {}


def _names(node: Node, default_id: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    if node.id != default_id:
        names["id"] = node.id
    if node.label:
        names["label"] = node.label
    if node.critical is not None:
        names["critical"] = node.critical
    names |= write_handling(node.handling)
    if node.pinned is not None:
        names["pinned"] = node.pinned
    return names


def _way_on(kind: str) -> str:
    """The way out by which the row goes on: the first that the kind has."""
    known = all_kinds().get(kind)
    return known.outcomes[0] if known and known.outcomes else DEFAULT_HANDLE


def _step_type(kind: str) -> str:
    known = all_kinds().get(kind)
    return known.step_type if known else "action"
