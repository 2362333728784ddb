"""OpenAPI's components that every room uses, and those of the token."""

from typing import Any

_TEXT = {"type": "string"}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    problem = {
        "type": "object",
        "properties": {"path": _TEXT, "message": _TEXT},
        "required": ["path", "message"],
        "additionalProperties": False,
        "description": "One thing that is wrong, at the place where it stands: `actions[0].message`.",
    }
    error = {
        "type": "object",
        "properties": {
            "code": {**_TEXT, "description": "For programs, and stable."},
            "message": {**_TEXT, "description": "For people: what is wrong."},
            "field": {**_TEXT, "description": "Where it is wrong; of several things the first."},
            "hint": {**_TEXT, "description": "What would be right."},
            "problems": {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}, "minItems": 2},
        },
        "required": ["code", "message"],
        "additionalProperties": False,
    }
    return {
        "Problem": problem,
        "Error": {
            "type": "object",
            "properties": {"error": error},
            "required": ["error"],
            "additionalProperties": False,
            "description": "Every refusal has this shape.",
        },
        "Credentials": {
            "type": "object",
            "properties": {
                "username": {"const": "api", "type": "string"},
                "password": {**_TEXT, "minLength": 1, "description": "An API key."},
            },
            "required": ["username", "password"],
        },
        "Token": {
            "type": "object",
            "properties": {
                "access_token": _TEXT,
                "token_type": {"const": "bearer"},
                "expires_in": {"type": "integer", "description": "Seconds."},
            },
            "required": ["access_token", "token_type", "expires_in"],
            "additionalProperties": False,
        },
    }
