"""OpenAPI's words for the settings that limit when runs begin, and who has to approve."""

from typing import Any

LIMITS_SCHEMA: dict[str, Any] = {
    "maxExecutionsPerHour": {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 1_000_000,
        "description": "At most so many runs begin in any sixty minutes. What a person starts by hand is not counted.",
    },
    "throttleAction": {
        "enum": ["queue", "delay", "drop"],
        "description": "What is done with more: they wait for room, are spread evenly over the hour, or are left out "
        "(cancelled, with the reason).",
    },
    "concurrency": {
        "type": ["object", "null"],
        "description": "At most `limit` runs go on at once, or as many for which `key` says the same; the others wait "
        "in the order of their events.",
        "properties": {
            "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1},
            "key": {"type": "string", "maxLength": 500, "examples": ["{{customerId}}"]},
        },
        "additionalProperties": False,
        "examples": [{"limit": 1, "key": "{{customerId}}"}],
    },
    "fourEyes": {
        "type": "boolean",
        "description": "Publishing needs the approval of somebody else, as does turning this off again.",
    },
}
