"""OpenAPI's components of the Events API (Triggers)."""

from typing import Any

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_NAME = {
    **_TEXT,
    "description": "Lower-case words of letters, digits and underscores, joined by dots: `order.shipped`.",
    "examples": ["order.shipped"],
}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    event: dict[str, Any] = {
        "id": {"type": "string", "format": "uuid"},
        "type": _NAME,
        "source": _TEXT,
        "status": {**_TEXT, "description": "`pending` until it is acknowledged."},
        "created_at": _TIME,
    }
    warned = {"warnings": {"type": "array", "items": _TEXT, "description": "What should be better next time."}}
    return {
        "NewEvent": {
            "type": "object",
            "properties": {
                "type": _NAME,
                "source": {**_TEXT, "minLength": 1, "maxLength": 255, "examples": ["web-shop"]},
                "payload": {"type": "object", "description": "What the event carries.", "examples": [{"order": 1}]},
            },
            "required": ["type", "source", "payload"],
        },
        "Event": _whole({**event, **warned}, optional={"warnings"}),
        "InboxEvent": _whole({**event, "payload": {"description": "What it carries; null once it was dropped."}}),
        "AcknowledgedEvent": _whole({**event, "acknowledged_at": _TIME}),
    }


def _whole(properties: dict[str, Any], optional: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties.keys() - optional),
        "additionalProperties": False,
    }
