"""OpenAPI's schemas of the actions, one for each step kind that there is.

A draft may be unfinished, so an action is taken as soon as its type is known; what a kind needs to be published stands
in its own schema.
"""

import json
from typing import Any

from opsflows.workflows.handling import HANDLING_SCHEMA
from opsflows.workflows.kinds import StepKind
from opsflows.workflows.registry import all_kinds

_NAMES: dict[str, Any] = {
    "id": {"type": ["string", "null"], "description": "How other steps refer to it; left out: `a1`, `a2`, …"},
    "label": {"type": ["string", "null"], "description": "What people call it."},
    "critical": {"type": ["boolean", "null"], "description": "Whether its failure ends the run; left out: as set."},
    **HANDLING_SCHEMA,
}


def action_components() -> dict[str, Any]:
    """JSON schemas by name; `Action` is any of them, or one that is not finished."""
    kinds = [kind for _, kind in sorted(all_kinds().items())]
    found: dict[str, Any] = {}
    for kind in kinds:
        found |= _of(kind)
    finished = [{"$ref": f"#/components/schemas/{_name(kind)}"} for kind in kinds]
    found["UnfinishedAction"] = {
        "type": "object",
        "description": "Enough for a draft: the type, and what is known already.",
        "properties": {"type": {"enum": [kind.kind for kind in kinds]}},
        "required": ["type"],
    }
    found["Action"] = {"anyOf": [*finished, {"$ref": "#/components/schemas/UnfinishedAction"}]}
    return found


def _of(kind: StepKind) -> dict[str, Any]:
    name = _name(kind)
    template = f"#/components/schemas/{name}.{{model}}"
    schema = json.loads(json.dumps(kind.Config.model_json_schema(ref_template=template), default=str))
    parts = {f"{name}.{model}": part for model, part in schema.pop("$defs", {}).items()}
    action = {
        **schema,
        "title": kind.label,
        "properties": {"type": {"const": kind.kind}, **_NAMES, **schema.get("properties", {}), **_beside(kind)},
        "required": ["type", *schema.get("required", [])],
    }
    return {name: action, **parts}


def _beside(kind: StepKind) -> dict[str, Any]:
    if not kind.side:
        return {}
    ways = ", ".join(f"`{each}`" for each in kind.side_handles)
    # Not `Action`: a schema that holds itself is too much for many who read this.
    items = {"$ref": "#/components/schemas/UnfinishedAction"}
    described = f"Actions, as in `actions`, that follow where the step goes on by {ways}."
    return {kind.side: {"type": ["array", "null"], "items": items, "description": described}}


def _name(kind: StepKind) -> str:
    return "".join(part.title() for part in kind.kind.split("_")) + "Action"
