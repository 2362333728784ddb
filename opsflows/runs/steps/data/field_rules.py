"""What a field must be: one row, checked against one value."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import Field

from opsflows.outbound import OutboundError
from opsflows.outbound.target import parse_target
from opsflows.rules import Clock, RuleError, date_problem, resolve_date
from opsflows.rules.compare import as_boolean, as_moment, as_number, equals, is_empty, order, order_moments
from opsflows.rules.patterns import PatternError
from opsflows.rules.text import excerpt, to_text
from opsflows.runs.steps.data.limits import MAX_TEXT
from opsflows.runs.steps.data.paths import path_problem
from opsflows.runs.steps.data.text_operations import known_pattern
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig

#: Allowed values that a message names.
_SHOWN = 10
#: Any zone will do to see which of two numbers or dates is the greater one.
_UTC = ZoneInfo("UTC")


class FieldRule(StepConfig):
    field: str = Field(
        title="Field", description="The field, such as `customer.email`.", json_schema_extra=looks.look(looks.PATH)
    )
    required: bool = Field(default=False, title="It has to be there", description="It must be there, and not empty.")
    type: Literal[
        "any", "text", "number", "integer", "boolean", "date", "datetime", "email", "url", "list", "object"
    ] = Field(default="any", title="What it is", description="What it must be; a text that spells a number is one.")
    min: Any = Field(
        default=None,
        title="At least",
        description="The least number, or the earliest date; `today` and `+7 days`, too.",
        json_schema_extra=looks.look(more=True),
    )
    max: Any = Field(
        default=None,
        title="At most",
        description="The greatest number, or the latest date.",
        json_schema_extra=looks.look(more=True),
    )
    min_length: int | None = Field(
        default=None,
        ge=0,
        le=MAX_TEXT,
        title="Fewest characters",
        description="The fewest characters, or items.",
        json_schema_extra=looks.look(more=True),
    )
    max_length: int | None = Field(
        default=None,
        ge=0,
        le=MAX_TEXT,
        title="Most characters",
        description="The most characters, or items.",
        json_schema_extra=looks.look(more=True),
    )
    pattern: str = Field(
        default="",
        title="Pattern",
        description="A regular expression that the whole text must match.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    one_of: list[Any] = Field(
        default_factory=list,
        max_length=1000,
        title="One of these",
        description="The values that are allowed.",
        json_schema_extra=looks.look(more=True),
    )
    message: str = Field(
        default="",
        max_length=500,
        title="What to say",
        description="What to say instead where anything is wrong with it.",
        json_schema_extra=looks.look(more=True),
    )


def rule_problems(rule: FieldRule) -> Iterator[tuple[str, str]]:
    """What is wrong with the row as it was written: in which of its keys, and why."""
    if problem := path_problem(rule.field):
        yield "field", problem
    for name in ("min", "max"):
        bound = getattr(rule, name)
        if bound is not None and (problem := _bound_problem(bound)):
            yield name, problem
    if None not in (rule.min, rule.max) and (order(rule.min, rule.max, _UTC) or 0) > 0:
        yield "min", "It is more than max; exchange them."
    if rule.min_length is not None and rule.max_length is not None and rule.min_length > rule.max_length:
        yield "min_length", "It is more than max_length; exchange them."
    if rule.model_fields_set <= {"field", "message"}:
        yield "field", "The row asks for nothing; say required, a type or a limit."


def pattern_problem(rule: FieldRule) -> str | None:
    """Why the row's pattern cannot be used."""
    try:
        known_pattern(rule.pattern)
    except PatternError as error:
        return f"is not a usable regular expression: {error}."
    return None


def faults(rule: FieldRule, value: Any, clock: Clock) -> list[str]:
    """What is wrong with `value`, which may be `MISSING`, in whole sentences without the field's name."""
    if is_empty(value):
        found = ["This field is required."] if rule.required else []
    elif rule.type != "any" and (fault := _TYPES[rule.type](value, clock)):
        found = [fault]
    else:
        found = [fault for fault in _limits(rule, value, clock) if fault]
    return [rule.message] if found and rule.message else found


def _limits(rule: FieldRule, value: Any, clock: Clock) -> Iterator[str]:
    for bound, sign, word in ((rule.min, -1, "at least"), (rule.max, 1, "at most")):
        if bound is not None:
            found = _compared(value, bound, clock)
            if found is None:
                yield f"{excerpt(value)} cannot be compared with {excerpt(bound)}."
            elif found == sign:
                yield f"Must be {word} {to_text(bound)}, and is {excerpt(value)}."
    size = len(value) if isinstance(value, list | dict) else len(to_text(value))
    unit = "items" if isinstance(value, list | dict) else "characters"
    if rule.min_length is not None and size < rule.min_length:
        yield f"Must have at least {rule.min_length} {unit}, and has {size}."
    if rule.max_length is not None and size > rule.max_length:
        yield f"Must have at most {rule.max_length} {unit}, and has {size}."
    if rule.pattern and (isinstance(value, list | dict) or size > MAX_TEXT):
        yield "Must be a text that is not too long."
    elif rule.pattern and not known_pattern(rule.pattern).covers(to_text(value)):
        yield f"{excerpt(value)} does not have the form that is asked for."
    if rule.one_of and not any(equals(value, allowed) for allowed in rule.one_of):
        more = ", …" if len(rule.one_of) > _SHOWN else ""
        yield f"Must be one of {', '.join(map(excerpt, rule.one_of[:_SHOWN]))}{more}; it is {excerpt(value)}."


def _bound_problem(bound: Any) -> str | None:
    if as_number(bound) is not None:
        return None
    if not isinstance(bound, str):
        return "Give a number or a date."
    problem = date_problem(bound)
    return f"Give a number or a date: {problem}" if problem else None


def _compared(value: Any, bound: Any, clock: Clock) -> int | None:
    """-1, 0 or 1; None where the two are of different sorts."""
    if as_number(bound) is not None:
        return order(value, bound, clock.zone) if as_number(value) is not None else None
    moment = as_moment(value, clock.zone, numbers=True)
    try:
        limit = resolve_date(to_text(bound), clock)
    except RuleError:
        return None
    return None if moment is None else order_moments(moment, limit, clock.zone)


def _is(accept: Callable[[Any], bool], what: str) -> Callable[[Any, Clock], str | None]:
    return lambda value, clock: None if accept(value) else f"Must be {what}, not {excerpt(value)}."


def _integer(value: Any) -> bool:
    number = as_number(value)
    return number is not None and number == int(number)


def _date(value: Any, clock: Clock) -> str | None:
    found = as_moment(value, clock.zone)
    is_date = found is not None and not isinstance(found, datetime.datetime)
    return None if is_date else f"Must be a date such as 2026-03-31, not {excerpt(value)}."


def _datetime(value: Any, clock: Clock) -> str | None:
    is_moment = isinstance(as_moment(value, clock.zone), datetime.datetime)
    return None if is_moment else f"Must be a date with a time such as 2026-03-31T09:00:00Z, not {excerpt(value)}."


def _email(value: Any) -> bool:
    try:
        validate_email(value if isinstance(value, str) else "")
    except ValidationError:
        return False
    return True


def _url(value: Any, clock: Clock) -> str | None:
    try:
        parse_target(value if isinstance(value, str) else "")
    except OutboundError as error:
        return f"Must be a web address, not {excerpt(value)}: {error.detail}"
    return None


_TYPES: dict[str, Callable[[Any, Clock], str | None]] = {
    "text": _is(lambda value: isinstance(value, str), "a text"),
    "number": _is(lambda value: as_number(value) is not None, "a number"),
    "integer": _is(_integer, "a whole number"),
    "boolean": _is(lambda value: as_boolean(value) is not None, "true or false"),
    "date": _date,
    "datetime": _datetime,
    "email": _is(_email, "an email address such as ada@example.com"),
    "url": _url,
    "list": _is(lambda value: isinstance(value, list), "a list"),
    "object": _is(lambda value: isinstance(value, dict), "an object"),
}
