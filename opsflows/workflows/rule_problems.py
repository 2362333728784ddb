"""What is wrong with a rule (Rules' JSON), at places that its author knows: `actions[1].to`, `conditions.rules[0]`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from opsflows.rules import Problem
from opsflows.workflows.graph import TRIGGER, Edge, edge_path, node_path
from opsflows.workflows.handling import HANDLING_KEYS
from opsflows.workflows.read_graph import ID_RULE, is_node_id
from opsflows.workflows.rule_form import (
    CONDITIONS_ID,
    MAX_SIDES,
    TRIGGER_ID,
    placed_actions,
    side_of,
    to_graph,
)
from opsflows.workflows.rule_trigger import EXPECTED, config_path, is_rule_trigger

_STEP_KEYS = frozenset({"id", "label", "critical", "pinned", "disabled", *HANDLING_KEYS})


def rule_problems(rule: Mapping[str, Any]) -> list[Problem]:
    """What keeps `to_graph` from taking the rule. What the steps mean is for validation to judge."""
    problems = [*_trigger_problems(rule), *_step_problems(rule), *_error_handling_problems(rule)]
    problems += _list_problems(rule.get("actions"), "actions", 0)
    return problems or list(_twins(rule))


def rule_settings(rule: Mapping[str, Any]) -> Any:
    """The rule's settings, with an `errorHandling` that stands beside them put where it belongs."""
    settings = rule.get("settings")
    if rule.get("errorHandling") is None:
        return {} if settings is None else settings
    return {**(settings or {}), "errorHandling": rule["errorHandling"]}


def in_rule_terms(problems: Iterable[Problem], rule: Mapping[str, Any]) -> list[Problem]:
    """`problems` of the rule's graph and settings, with the places called as in the rule."""
    places = list(_places(rule))
    return [Problem(_rename(problem.path, places), problem.message) for problem in problems]


def in_graph_terms(problems: Iterable[Problem]) -> list[Problem]:
    """`problems` with the places in a graph called as in a document that holds it as `workflow_data`."""
    return [
        Problem(f"workflow_data.{problem.path}", problem.message)
        if problem.path.startswith(("nodes", "edges"))
        else problem
        for problem in problems
    ]


def _rename(path: str, places: Iterable[tuple[str, str]]) -> str:
    for place, name in places:
        if path == place or path.startswith((f"{place}.", f"{place}[")):
            return name + path[len(place) :]
    return path


def _places(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Graph paths and what a rule calls them; within a node the narrower ones first."""
    graph = to_graph(rule)
    names = {placed.id: placed.place for placed in placed_actions(rule)}
    for node in graph["nodes"]:
        path = node_path(node["id"])
        if (name := names.get(node["id"])) is not None:
            yield from ((f"{path}.kind", f"{name}.type"), (f"{path}.config", name), (path, name))
        elif node["type"] == TRIGGER:
            said = config_path(rule.get("trigger"))
            yield from ((f"{path}.config.event", "trigger"), (f"{path}.config", said), (path, "triggerStep"))
        else:
            yield from ((f"{path}.config.conditions", "conditions"), (path, "conditionsStep"))
    for edge in graph["edges"]:
        handle = edge_path(Edge(edge["source"], edge["sourceHandle"], edge["target"]))
        yield handle, names.get(edge["source"], "actions")
    yield "nodes", "actions"
    if rule.get("errorHandling") is not None:
        yield "settings.errorHandling", "errorHandling"


def _trigger_problems(rule: Mapping[str, Any]) -> Iterator[Problem]:
    if not is_rule_trigger(rule.get("trigger")):
        yield Problem("trigger", EXPECTED)


def _step_problems(rule: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("triggerStep", "conditionsStep"):
        if (step := rule.get(key)) is None:
            continue
        if not isinstance(step, Mapping) or step.keys() - _STEP_KEYS:
            yield Problem(key, "Must be an object with nothing but id, label, critical and error handling.")
        elif "id" in step and not is_node_id(step["id"]):
            yield Problem(f"{key}.id", ID_RULE)
    if rule.get("conditionsStep") is not None and rule.get("conditions") is None:
        yield Problem("conditionsStep", "There are no conditions that it could name; leave it out.")


def _error_handling_problems(rule: Mapping[str, Any]) -> Iterator[Problem]:
    settings = rule.get("settings")
    if settings is not None and not isinstance(settings, Mapping):
        yield Problem("settings", "Must be an object.")
        return
    here, there = rule.get("errorHandling"), (settings or {}).get("errorHandling")
    # The same in both places is how a workflow is shown, and may come back so.
    if here is not None and there is not None and here != there:
        yield Problem("errorHandling", "Says something else than the one in settings; keep one of them.")


def _list_problems(actions: object, path: str, depth: int) -> Iterator[Problem]:
    if actions is None:
        return
    if not isinstance(actions, list):
        yield Problem(path, 'Must be a list of actions, for example [{"type": "email", ...}].')
    elif depth > MAX_SIDES:
        yield Problem(path, f"Stands too deep; at most {MAX_SIDES} such lists may lie inside one another.")
    else:
        for index, action in enumerate(actions):
            yield from _action_problems(action, f"{path}[{index}]", depth)


def _action_problems(action: object, path: str, depth: int) -> Iterator[Problem]:
    if not isinstance(action, Mapping):
        yield Problem(path, 'Must be an object with a type, for example {"type": "email", ...}.')
        return
    if not isinstance(action.get("type"), str) or not action["type"]:
        yield Problem(f"{path}.type", "This field is required; name the kind of action, for example email.")
    if action.get("id") is not None and not is_node_id(action["id"]):
        yield Problem(f"{path}.id", ID_RULE)
    if side := side_of(action.get("type")):
        yield from _list_problems(action.get(side), f"{path}.{side}", depth + 1)


def _twins(rule: Mapping[str, Any]) -> Iterator[Problem]:
    taken = {_id(rule.get("triggerStep"), TRIGGER_ID): "the trigger"}
    if rule.get("conditions") is not None:
        taken.setdefault(_id(rule.get("conditionsStep"), CONDITIONS_ID), "the conditions")
    for placed in placed_actions(rule):
        here, node_id = placed.place, placed.id
        if node_id in taken:
            yield Problem(f"{here}.id", f"The id {node_id!r} belongs to {taken[node_id]} already; give each its own.")
        taken.setdefault(node_id, here)


def _id(step: Any, default: str) -> str:
    return (step.get("id") if isinstance(step, Mapping) else None) or default
