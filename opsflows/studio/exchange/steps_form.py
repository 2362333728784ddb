"""A graph with branches as a list of steps in reading order, each saying where it leads; and back.

`next` is the id of what follows, or one for each way out (`{'true': a, 'false': b}`). Positions are left out: whoever
reads the list lays the graph out anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsflows.rules import Problem
from opsflows.studio.exchange.key_order import STEP_LAST, config_in_order
from opsflows.studio.picture.layout import lay_out
from opsflows.studio.picture.order import order_of
from opsflows.studio.picture.sketch import sketch_of
from opsflows.studio.picture.ways import rank_of
from opsflows.workflows.graph import DEFAULT_HANDLE, TRIGGER, Edge, Graph, Node
from opsflows.workflows.handling import HANDLING_KEYS, write_handling
from opsflows.workflows.read_graph import MAX_NODES
from opsflows.workflows.registry import all_kinds
from opsflows.workflows.ways_out import ways_out_of

_KEYS = frozenset({"id", "type", "kind", "label", "config", "next", *STEP_LAST})


def to_steps(graph: Graph, workflow_data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps in the order in which one reads them. Arrows out of a step that is not there are left out.

    The same for every definition that means the same, in whatever order its nodes and edges are listed.
    """
    nodes = sorted(workflow_data.get("nodes", ()), key=lambda node: str(node["id"]))
    order = order_of(sketch_of({**workflow_data, "nodes": nodes})).reading
    return [_step(graph.by_id[node_id], graph) for node_id in order]


def to_workflow_data(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`workflow_data` for steps that `steps_problems` has nothing to say about, laid out from top to bottom."""
    steps = list(steps)
    nodes = [_node(step) for step in steps]
    edges = [
        {"id": f"{step['id']}-{handle}-{target}", "source": step["id"], "target": target, "sourceHandle": handle}
        for step in steps
        for handle, target in _ways(step.get("next"))
    ]
    layout = lay_out(sketch_of({"nodes": nodes, "edges": edges}))
    places = {placed.box.id: {"x": int(placed.x), "y": int(placed.y)} for placed in layout.placed}
    return {"nodes": [{**node, "position": places[node["id"]]} for node in nodes], "edges": edges}


def steps_problems(steps: object) -> Iterator[Problem]:
    """What keeps `to_workflow_data` from taking them; what the steps mean is for validation to judge."""
    if not isinstance(steps, list):
        yield Problem("steps", "Must be a list of steps, each with id, kind and config.")
        return
    if len(steps) > MAX_NODES:
        yield Problem("steps", f"Has {len(steps)} steps; at most {MAX_NODES} are possible.")
        return
    ids: set[str] = set()
    for at, step in enumerate(steps):
        place = f"steps[{at}]"
        if not isinstance(step, Mapping):
            yield Problem(place, "Must be a mapping with id, kind and config.")
            continue
        for key in sorted(step.keys() - _KEYS):
            yield Problem(f"{place}.{key[:40]}", "Is not known here; a step's own fields stand in config.")
        step_id = step.get("id")
        if not isinstance(step_id, str) or not step_id:
            yield Problem(f"{place}.id", "Must be a text; put it in quotes if it is a number.")
        elif step_id in ids:
            yield Problem(f"{place}.id", f"Another step is called {step_id[:60]!r} already; give each its own id.")
        else:
            ids.add(step_id)
        if not all(isinstance(target, str) for _, target in _ways(step.get("next"))):
            yield Problem(f"{place}.next", "Must be the id of a step, or a mapping from ways out to ids of steps.")


def in_steps_terms(problems: Iterable[Problem], steps: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    """Problems of the graph with the places called as in the list."""
    places = {str(step.get("id")): f"steps[{at}]" for at, step in enumerate(steps)}
    for problem in problems:
        node_id, closed, rest = problem.path.removeprefix("nodes[").partition("]")
        source = problem.path.removeprefix("edges[").partition(":")[0]
        if problem.path.startswith("nodes[") and closed and node_id in places:
            yield Problem(f"{places[node_id]}{rest}", problem.message)
        elif problem.path.startswith("edges[") and source in places:
            yield Problem(f"{places[source]}.next", problem.message)
        else:
            yield Problem(problem.path.replace("nodes", "steps", 1), problem.message)


def _step(node: Node, graph: Graph) -> dict[str, Any]:
    step: dict[str, Any] = {"id": node.id}
    if node.is_trigger:
        step["type"] = TRIGGER
    step["kind"] = node.kind
    if node.label:
        step["label"] = node.label
    if node.config:
        step["config"] = config_in_order(node.kind, node.config)
    if node.critical is not None:
        step["critical"] = node.critical
    step |= write_handling(node.handling)
    if node.disabled:
        step["disabled"] = True
    if edges := graph.outgoing.get(node.id):
        step["next"] = _next(edges, ways_out_of(node))
    return step


def _next(edges: Iterable[Edge], order: tuple[str, ...]) -> Any:
    ways: dict[str, list[str]] = {}
    for edge in sorted(edges, key=lambda edge: (rank_of(edge.handle, order), edge.handle, edge.target)):
        ways.setdefault(edge.handle, []).append(edge.target)
    # Of a draft that is broken, one way may lead to several steps.
    said: dict[str, Any] = {handle: targets[0] if len(targets) == 1 else targets for handle, targets in ways.items()}
    only = said.get(DEFAULT_HANDLE)
    return only if len(said) == 1 and isinstance(only, str) else said


def _ways(following: Any) -> Iterator[tuple[str, Any]]:
    if following is None:
        return
    if not isinstance(following, Mapping):
        yield DEFAULT_HANDLE, following
        return
    for handle, targets in following.items():
        for target in targets if isinstance(targets, list) else [targets]:
            yield handle, target


def _node(step: Mapping[str, Any]) -> dict[str, Any]:
    kind = step.get("kind")
    known = all_kinds().get(kind) if isinstance(kind, str) else None
    beside = ("kind", "label", "critical", *HANDLING_KEYS, "disabled")
    data = {key: step[key] for key in beside if step.get(key) is not None}
    data["config"] = {} if step.get("config") is None else step["config"]
    step_type = TRIGGER if step.get("type") == TRIGGER else known.step_type if known else "action"
    return {"id": step["id"], "type": step_type, "data": data}
