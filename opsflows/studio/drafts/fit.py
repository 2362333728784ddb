"""A step of one kind made into one of another: what fits is kept."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from opsflows.workflows.kinds import StepKind


def fitted(node_data: Mapping[str, Any], kind: StepKind) -> dict[str, Any]:
    """The step's `data` as one of `kind`: its name, its error handling, and the fields that both kinds have.

    What test runs take for its answer is not kept: another kind answers something else.
    """
    old = node_data.get("config")
    config = {key: value for key, value in (old if isinstance(old, Mapping) else {}).items() if _has(kind, key)}
    try:
        kind.Config.model_validate(config)
    except ValidationError as error:
        wrong = {item["loc"][0] for item in error.errors() if item["loc"] and item["type"] != "missing"}
        config = {key: value for key, value in config.items() if key not in wrong}
    kept = {key: value for key, value in node_data.items() if key not in ("kind", "config", "pinned")}
    return {**kept, "kind": kind.kind, "config": config}


def _has(kind: StepKind, key: str) -> bool:
    return any(key == (field.alias or name) for name, field in kind.Config.model_fields.items())
