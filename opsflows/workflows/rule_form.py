"""The rule form: trigger, conditions and actions (Rules) as a projection of the graph, and back without loss.

The graph is the truth. `to_rule` says the same as a rule wherever the graph is a trigger, perhaps one condition, and a
straight row of actions. Beside an action whose kind has a `side` (`onRejected`), a second row may stand for all of that
kind's `side_handles` together; nothing joins again behind it. What a rule does not usually name (the ids and labels of
the trigger and the condition) stands in `triggerStep` and `conditionsStep`, and only where it differs from what
`to_graph` would give.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.graph import CONDITION, DEFAULT_HANDLE, TRIGGER, Graph, Node
from opsflows.workflows.handling import HANDLING_KEYS, write_handling
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.registry import RESERVED, all_kinds
from opsflows.workflows.rule_trigger import as_said, kind_and_config

TRIGGER_ID = "trigger"
CONDITIONS_ID = "conditions"
#: How deep rows may stand beside actions of rows that stand beside actions.
MAX_SIDES = 8
_SPACING = 120
_ASIDE = 320
#: What a step says beside its kind and configuration.
_BESIDE = ("label", "critical", *HANDLING_KEYS, "pinned", "disabled")


class Placed(NamedTuple):
    """An action with its place in the rule (`actions[1].onRejected[0]`), its id in the graph, and how far aside."""

    place: str
    id: str
    action: Mapping[str, Any]
    depth: int


def placed_actions(rule: Mapping[str, Any]) -> Iterator[Placed]:
    """All actions of a rule, each followed by those that stand beside it."""
    return _placed(rule.get("actions") or (), "actions", "a", 0)


def side_of(kind: object) -> str:
    """The key under which actions of this kind may have others beside them; empty: they may not."""
    known = all_kinds().get(kind) if isinstance(kind, str) else None
    return known.side if known else ""


def to_graph(rule: Mapping[str, Any]) -> dict[str, Any]:
    """`workflow_data` for a rule that `rule_problems` has nothing to say about, laid out from top to bottom."""
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    # Of each row, by how far aside it stands, how its next step is come to.
    ways: list[_Ways] = [_Ways("", ())]
    for node, depth in _nodes(rule):
        nodes.append({**node, "position": {"x": _ASIDE * depth, "y": _SPACING * len(nodes)}})
        edges += _edges(*ways[depth], node["id"])
        kind = node["data"]["kind"]
        ways[depth:] = [_Ways(node["id"], (_way_on(kind),)), _Ways(node["id"], _side_ways(kind))]
    return {"nodes": nodes, "edges": edges}


def to_rule(workflow_data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rule that says the same as the graph; None where no rule can."""
    try:
        graph = read_graph(workflow_data)
        row = _whole_row(graph)
    except (InvalidDefinition, _NoRow):
        return None
    first = row[0].node
    try:
        rule = {"trigger": as_said(first.kind, first.config), **_step("triggerStep", first, TRIGGER_ID)}
    except ValueError:
        return None
    entry, actions = graph.entry(), row[1:]
    # An entry condition that says something else as well is an action like any other.
    if entry is not None and entry.config.keys() == {"conditions"} and entry.config["conditions"] is not None:
        rule |= {**entry.config, **_step("conditionsStep", entry, CONDITIONS_ID)}
        actions = row[2:]
    try:
        return {**rule, "actions": _actions(actions, "a")}
    except _NoRow:
        return None


class _Ways(NamedTuple):
    source: str
    handles: tuple[str, ...]


class _Standing(NamedTuple):
    """A node of a row, and the row that stands beside it."""

    node: Node
    beside: list["_Standing"]


class _NoRow(Exception):  # noqa: N818  (it leaves this module as None)
    """The graph is something else than rows."""


def _whole_row(graph: Graph) -> list[_Standing]:
    if len(graph.triggers) != 1 or any(edge.source not in graph.by_id for edge in graph.edges):
        raise _NoRow
    seen: set[str] = set()
    row = _row(graph, graph.triggers[0], seen, 0)
    if len(seen) != len(graph.nodes):
        raise _NoRow
    return row


def _row(graph: Graph, first: Node, seen: set[str], depth: int) -> list[_Standing]:
    """The nodes from `first` on in their order, each of which nothing else leads to."""
    row: list[_Standing] = []
    following: Node | None = first
    while following is not None:
        if following.id in seen or depth > MAX_SIDES:
            raise _NoRow
        seen.add(following.id)
        handles = graph.handles(following.id)
        if len(handles) != len(graph.outgoing.get(following.id, ())):
            raise _NoRow
        on = handles.pop(_way_on(following.kind), None)
        beside: list[_Standing] = []
        if handles:
            targets = set(handles.values())
            if handles.keys() != set(_side_ways(following.kind)) or len(targets) != 1:
                raise _NoRow
            beside = _row(graph, _target(graph, targets.pop()), seen, depth + 1)
        row.append(_Standing(following, beside))
        following = None if on is None else _target(graph, on)
    return row


def _target(graph: Graph, node_id: str) -> Node:
    try:
        return graph.by_id[node_id]
    except KeyError:
        raise _NoRow from None


def _placed(actions: Sequence[Mapping[str, Any]], place: str, prefix: str, depth: int) -> Iterator[Placed]:
    for index, action in enumerate(actions):
        here, default_id = f"{place}[{index}]", f"{prefix}{index + 1}"
        yield Placed(here, action.get("id") or default_id, action, depth)
        if side := side_of(action["type"]):
            yield from _placed(action.get(side) or (), f"{here}.{side}", f"{default_id}_", depth + 1)


def _nodes(rule: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    conditions = rule.get("conditions")
    yield _node(TRIGGER, *kind_and_config(rule.get("trigger")), rule.get("triggerStep"), TRIGGER_ID), 0
    if conditions is not None:
        config = {"conditions": conditions}
        yield _node(CONDITION, CONDITION, config, rule.get("conditionsStep"), CONDITIONS_ID), 0
    for placed in placed_actions(rule):
        kind, action = placed.action["type"], placed.action
        config = {key: value for key, value in action.items() if key not in _taken(kind)}
        yield _node(_step_type(kind), kind, config, action, placed.id), placed.depth


def _edges(source: str, handles: Sequence[str], target: str) -> Iterator[dict[str, Any]]:
    for handle in handles:
        name = f"{source}-{target}" if len(handles) == 1 else f"{source}-{handle}-{target}"
        yield {"id": name, "source": source, "target": target, "sourceHandle": handle}


def _node(
    step_type: str, kind: str, config: dict[str, Any], step: Mapping[str, Any] | None, default_id: str
) -> dict[str, Any]:
    step = step or {}
    data: dict[str, Any] = {"kind": kind, "config": config}
    data |= {key: step[key] for key in _BESIDE if step.get(key) is not None}
    return {"id": step.get("id") or default_id, "type": step_type, "data": data}


def _actions(row: Iterable[_Standing], prefix: str) -> list[dict[str, Any]]:
    actions = []
    for index, (node, beside) in enumerate(row):
        if node.config.keys() & _taken(node.kind):
            raise _NoRow
        default_id = f"{prefix}{index + 1}"
        action = {"type": node.kind, **_names(node, default_id), **node.config}
        if beside:
            action[side_of(node.kind)] = _actions(beside, f"{default_id}_")
        actions.append(action)
    return actions


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
    if node.disabled:
        names["disabled"] = True
    return names


def _way_on(kind: str) -> str:
    """The way out by which the row goes on: the first that the kind has."""
    known = all_kinds().get(kind)
    return known.outcomes[0] if known and known.outcomes else DEFAULT_HANDLE


def _side_ways(kind: str) -> tuple[str, ...]:
    known = all_kinds().get(kind)
    return known.side_handles if known and known.side else ()


def _taken(kind: str) -> frozenset[str]:
    """The keys of an action that are none of its configuration."""
    side = side_of(kind)
    return RESERVED | {side} if side else RESERVED


def _step_type(kind: str) -> str:
    known = all_kinds().get(kind)
    return known.step_type if known else "action"
