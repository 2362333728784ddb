"""Exit conditions of a workflow (`settings.exits`): what ends a run that waits, as a success with a reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from opsflows.events.names import name_problem
from opsflows.rules import Condition, Problem, RuleError, ValueTemplate, compile_condition, compile_value

MAX_EXITS = 20
MAX_REASON = 255

#: As OpenAPI says it.
EXITS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "maxItems": MAX_EXITS,
    "description": "What ends a run that waits, at any point, as a success.",
    "items": {
        "type": "object",
        "properties": {
            "event": {
                "type": "string",
                "description": "The event that ends it; left out: the conditions are asked when a wait is over.",
            },
            "field": {"type": "string", "description": "The field of the event that must have the value."},
            "value": {"description": "The value, such as `{{order.id}}`; read when the run first rests."},
            "conditions": {"description": "Of an event: what else must hold for it. Alone: for what the run reads."},
            "reason": {"type": "string", "maxLength": MAX_REASON, "description": "What the run's page says."},
        },
        "additionalProperties": False,
        "examples": [{"event": "order.completed", "field": "order.id", "value": "{{order.id}}", "reason": "Ordered"}],
    },
}


class Exit(BaseModel):
    """One exit, as its author wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = ""
    field: str = Field(default="", max_length=255)
    value: Any = None
    conditions: Any = None
    reason: str = Field(default="", max_length=MAX_REASON)


@dataclass(frozen=True, slots=True)
class CompiledExit:
    """One exit, ready. `position` is its place in the list, which is what a run's waits go by."""

    position: int
    event: str
    field: str
    value: ValueTemplate
    #: As they are stored with the wait for the event, and as they are asked where there is no event.
    conditions: Any
    condition: Condition
    reason: str


def compile_exits(exits: Sequence[Exit]) -> tuple[CompiledExit, ...]:
    """The exits, ready. They were looked through before (`exit_problems`)."""
    return tuple(
        CompiledExit(
            position=position,
            event=each.event,
            field=each.field,
            value=compile_value({"value": each.value}),
            conditions=each.conditions,
            condition=compile_condition(each.conditions),
            reason=each.reason or (f"{each.event} was received." if each.event else "An exit condition held."),
        )
        for position, each in enumerate(exits)
    )


def exit_problems(exits: Sequence[Exit]) -> Iterator[Problem]:
    """What is wrong with `settings.exits`, each at its field."""
    if len(exits) > MAX_EXITS:
        yield Problem("settings.exits", f"At most {MAX_EXITS} exits are possible; this has {len(exits)}.")
        return
    for position, each in enumerate(exits):
        yield from _problems(each, f"settings.exits[{position}]")


def listening_problems(event: str, field: str, value: Any, *, path: str) -> Iterator[Problem]:
    """What is wrong with what somebody listens for: an event, perhaps with a field and its value."""
    if "{{" not in event and (problem := name_problem(event)):
        yield Problem(f"{path}.event", problem)
    if "{{" in field:
        yield Problem(f"{path}.field", "Names a field of the event, such as order.id; a variable goes into value.")
    if field and value in (None, ""):
        yield Problem(f"{path}.value", f"Say which value {field} must have, such as `{{{{{field}}}}}`.")
    elif not field and value is not None:
        yield Problem(f"{path}.field", "Name the field of the event that must have this value, such as order.id.")
    elif isinstance(value, list | dict):
        yield Problem(f"{path}.value", "Must be a text, a number, or true or false.")


def _problems(each: Exit, path: str) -> Iterator[Problem]:
    if each.event:
        if "{{" in each.event:
            yield Problem(f"{path}.event", "Must be the name of an event; it holds no variables.")
        yield from listening_problems(each.event, each.field, each.value, path=path)
    elif each.field or each.value is not None:
        yield Problem(f"{path}.event", "Name the event that field and value are about, such as order.completed.")
    elif each.conditions in (None, {}, []):
        yield Problem(path, "Say what ends the run: an event, conditions, or both.")
    try:
        compile_condition(each.conditions, path=f"{path}.conditions")
        compile_value(each.value, path=f"{path}.value")
    except RuleError as error:
        yield from error.problems
