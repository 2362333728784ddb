"""OpenAPI's components of an event's explanation."""

from typing import Any

from opsflows.studio.explain.moment import How
from opsflows.studio.explain.verdict import Reason

_TEXT = {"type": "string"}
_ID = {"type": "string", "format": "uuid"}
_TIME = {"type": "string", "format": "date-time"}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    return {"EventExplanation": _explanation(), "WorkflowVerdict": _verdict()}


def _explanation() -> dict[str, Any]:
    return _whole(
        {
            "event": _ID,
            "state": {
                "enum": [how.value for how in How],
                "description": "`routed`: the workflows were asked at `judged_at`; `later`: a person handed it over "
                "then. `set_aside`, `waiting`: they were not asked yet, and this is what each would answer now.",
            },
            "judged_at": _TIME,
            "repeats": {
                "anyOf": [
                    _whole({"count": {"type": "integer", "minimum": 1}, "last_at": _TIME, "sentence": _TEXT}),
                    {"type": "null"},
                ],
                "description": "How often the same event came again under its key, which started nothing; null: never.",
            },
            "total": {"type": "integer", "minimum": 0},
            "results": {"type": "array", "items": {"$ref": "#/components/schemas/WorkflowVerdict"}},
            "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null at the end."},
        }
    )


def _verdict() -> dict[str, Any]:
    return _whole(
        {
            "workflow": _ID,
            "name": _TEXT,
            "reason": {"enum": [reason.value for reason in Reason]},
            "started": {"type": "boolean"},
            "sentence": {**_TEXT, "description": "The answer in words."},
            "version": {"type": ["integer", "null"], "description": "The version that was asked; null for none."},
            "runs": {"type": "array", "items": _whole({"id": _ID, "status": _TEXT})},
            "explanation": {"type": ["object", "null"], "description": "Its condition, comparison by comparison."},
            "changes": {
                "type": ["array", "null"],
                "items": _whole({"field": _TEXT, "sentence": _TEXT, "removed": {"type": "boolean"}}),
                "description": "What would have had to be another, all of them; null where nothing can be proven.",
            },
        }
    )


def _whole(properties: dict[str, Any]) -> dict[str, Any]:
    required = sorted(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
