"""Where the boxes of a draft lie, for those who open it in a builder that draws it."""

from collections.abc import Mapping
from typing import Any

from opsflows.workflows.rule_form import to_graph, to_rule

_SPACING = 120


def laid_out(workflow_data: Mapping[str, Any], new: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A straight rule as the rule form lays it out; else all stay where they lie, and each of `new` comes to lie
    below the step that it names."""
    rule = to_rule(workflow_data)
    if rule is not None:
        places = {node["id"]: node["position"] for node in to_graph(rule)["nodes"]}
    else:
        where = {node["id"]: node.get("position") for node in workflow_data["nodes"]}
        places = {node_id: _below(where.get(above)) for node_id, above in (new or {}).items()}
    return {**workflow_data, "nodes": [_at(node, places.get(node["id"])) for node in workflow_data["nodes"]]}


def _at(node: Mapping[str, Any], position: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return node if position is None or node.get("position") == position else {**node, "position": position}


def _below(position: object) -> dict[str, Any]:
    known = position if isinstance(position, Mapping) else {}
    x, y = (known.get(axis) for axis in ("x", "y"))
    return {"x": x if isinstance(x, int) else 0, "y": (y if isinstance(y, int) else 0) + _SPACING}
