"""OpenAPI's components of schedules."""

from typing import Any

from opsflows.schedules.models import Schedule
from opsflows.schedules.write import MOST_GRACE

_ID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}
_SHOWN_ONLY = ("id", "words", "ofTrigger", "nextFireAt", "lastFireAt", "problem", "createdAt", "updatedAt")


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    fields = _fields()
    shown = {
        "id": _ID,
        **fields,
        "words": {**_TEXT, "description": "The same in words."},
        "ofTrigger": {
            "type": "boolean",
            "description": "It belongs to the workflow's trigger: publishing that is what changes it.",
        },
        "nextFireAt": {**_TIME_OR_NONE, "description": "Null where it will not fire any more."},
        "lastFireAt": _TIME_OR_NONE,
        "problem": {"type": ["string", "null"], "description": "Why it stands still although it is active."},
        "createdAt": _TIME,
        "updatedAt": _TIME,
    }
    sent = {**fields, **{name: {"description": "Passed over."} for name in _SHOWN_ONLY}}
    return {
        "Schedule": _object(shown, required=list(shown)),
        "NewSchedule": _object(sent, required=["name", "cron"]),
        "ScheduleChange": _object(sent),
    }


def _fields() -> dict[str, Any]:
    return {
        "name": {**_TEXT, "minLength": 1, "maxLength": 255},
        "cron": {**_TEXT, "description": "Minute, hour, day of the month, month, weekday.", "examples": ["0 9 * * 1"]},
        "timezone": {**_TEXT, "description": "The zone it is meant in, such as Europe/Berlin."},
        "workflow": {"type": ["string", "null"], "format": "uuid", "description": "What it starts, or else `event`."},
        "event": {"type": ["string", "null"], "description": "What it sends, or else `workflow`."},
        "data": {"type": "object", "description": "What the event, or the run, carries."},
        "active": {"type": "boolean"},
        "startsAt": _TIME_OR_NONE,
        "endsAt": _TIME_OR_NONE,
        "misfire": {"enum": list(Schedule.Misfire.values), "description": "What becomes of times that were missed."},
        "graceMinutes": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_GRACE,
            "description": "How old the latest missed fire may be to be made up (`once`).",
        },
    }


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or [], "additionalProperties": False}
