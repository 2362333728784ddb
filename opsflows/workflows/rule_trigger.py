"""How a rule says what starts it: an event by its name, or an object for the other kinds of trigger.

`"order.shipped"`, `{"schedule": {"cron": "0 9 * * 1-5", "zone": ""}}`, `{"manual": true}`; null is an event that is not
chosen yet.
"""

from collections.abc import Mapping
from typing import Any

from opsflows.workflows.graph import EVENT, MANUAL, SCHEDULE
from opsflows.workflows.triggers import KINDS

EXPECTED = (
    'Must be the name of an event, for example "order.shipped"; or {"schedule": {"cron": "0 9 * * 1-5"}}, or '
    '{"manual": true}.'
)

#: As OpenAPI says it.
TRIGGER_SCHEMA: dict[str, Any] = {
    "description": "What starts it: an event by its name; or times of its own; or nothing but people, the API, lists "
    "and other workflows. Null: no event is chosen yet.",
    "anyOf": [
        {"type": "string", "examples": ["order.shipped"]},
        {
            "type": "object",
            "properties": {
                SCHEDULE: {
                    "type": "object",
                    "properties": {
                        "cron": {
                            "type": ["string", "null"],
                            "description": "Minute, hour, day of the month, month, weekday.",
                        },
                        "zone": {
                            "type": ["string", "null"],
                            "description": "Such as Europe/Berlin; empty: the account's, as it is when published.",
                        },
                        "data": {"type": ["object", "null"], "description": "What each run starts with."},
                    },
                    "additionalProperties": False,
                }
            },
            "required": [SCHEDULE],
            "additionalProperties": False,
            "examples": [{SCHEDULE: {"cron": "0 9 * * 1-5", "zone": ""}}],
        },
        {
            "type": "object",
            "properties": {MANUAL: {"const": True}},
            "required": [MANUAL],
            "additionalProperties": False,
        },
        {"type": "null"},
    ],
}


def is_rule_trigger(said: object) -> bool:
    """Whether `said` has the shape of a rule's `trigger`; what stands in it is for validation to judge."""
    if said is None or isinstance(said, str):
        return True
    if not isinstance(said, Mapping) or len(said) != 1:
        return False
    return said.get(MANUAL) is True or isinstance(said.get(SCHEDULE), Mapping)


def kind_and_config(said: Any) -> tuple[str, dict[str, Any]]:
    """The trigger's kind and configuration in the graph."""
    if isinstance(said, Mapping):
        return (SCHEDULE, dict(said[SCHEDULE])) if SCHEDULE in said else (MANUAL, {})
    return EVENT, {} if said is None else {"event": said}


def as_said(kind: str, config: Mapping[str, Any]) -> Any:
    """The same as a rule says it.

    Raises:
        ValueError: no rule can say it.
    """
    if config.keys() - set(KINDS[kind].fields):
        raise ValueError("No rule has these fields of a trigger.")
    if kind == SCHEDULE:
        return {SCHEDULE: dict(config)}
    if kind == MANUAL:
        return {MANUAL: True}
    event = config.get("event")
    # Another value is a trigger that is broken, and a rule has a word for the other kinds alone.
    if "event" in config and not isinstance(event, str):
        raise ValueError("No rule can say this event.")
    return event


def summary(trigger_config: Mapping[str, Any]) -> Any:
    """What starts a workflow as lists show it, of `Workflow.trigger_config`; None where nothing is chosen or known."""
    config = {key: value for key, value in trigger_config.items() if key != "kind"}
    try:
        return as_said(str(trigger_config.get("kind", EVENT)), config)
    except (KeyError, ValueError):
        return config.get("event")


def config_path(said: Any) -> str:
    """Where a rule has what the graph keeps in the trigger's configuration."""
    return f"trigger.{SCHEDULE}" if isinstance(said, Mapping) and SCHEDULE in said else "trigger"
