"""A schedule as the API shows it, and as it takes one."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from opsflows.api.problems import FieldProblem, invalid, several
from opsflows.schedules.models import Schedule
from opsflows.schedules.words import in_words
from opsflows.schedules.write import ScheduleFields

#: Beyond these a time cannot be kept in every zone.
_YEARS = range(1970, 9999)
#: What a schedule is shown with and nobody sets: it may come back with the rest, and is passed over.
_READ_ONLY = frozenset({"id", "words", "ofTrigger", "nextFireAt", "lastFireAt", "problem", "createdAt", "updatedAt"})


def schedule_document(schedule: Schedule) -> dict[str, Any]:
    """A schedule (read with its state) as JSON: what it says, in words too, and where it stands."""
    state = schedule.state
    return {
        "id": schedule.id,
        "name": schedule.name,
        "cron": schedule.cron,
        "timezone": schedule.zone,
        "words": in_words(schedule.cron),
        "workflow": schedule.workflow_id,
        "event": schedule.event_name or None,
        "ofTrigger": schedule.of_trigger,
        "data": schedule.data,
        "active": schedule.is_active,
        "startsAt": schedule.starts_at,
        "endsAt": schedule.ends_at,
        "misfire": schedule.misfire,
        "graceMinutes": schedule.grace_minutes,
        "nextFireAt": state.next_fire_at,
        "lastFireAt": state.last_fire_at,
        "problem": state.problem or None,
        "createdAt": schedule.created_at,
        "updatedAt": schedule.updated_at,
    }


class Submitted(NamedTuple):
    """What was sent: the fields, and whether it is to be switched on or off (None: not said)."""

    fields: ScheduleFields
    active: bool | None


def read_submitted(document: object) -> Submitted:
    """The fields that were sent, by their own names.

    Raises:
        Problem: 400 with everything whose shape is wrong.
    """
    if not isinstance(document, Mapping):
        raise invalid("Send an object with name, cron, and event or workflow.")
    fields: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for key, value in document.items():
        if key in _READ_ONLY:
            continue
        if key not in _KEYS:
            close = get_close_matches(key, _KEYS, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(_KEYS)}."
            problems.append(FieldProblem(key[:80], f"This field is not known here. {hint}"))
            continue
        name, read = _KEYS[key]
        try:
            fields[name] = read(value)
        except ValueError as wrong:
            problems.append(FieldProblem(key, str(wrong)))
    if problems:
        raise several(problems)
    active = fields.pop("is_active", None)
    return Submitted(ScheduleFields(**fields), active)  # type: ignore[typeddict-item]  # the table below names the keys


def in_api_words(error: ValidationError) -> list[FieldProblem]:
    """A verb's problems under the names that the API gives the fields."""
    called = {name: key for key, (name, _) in _KEYS.items()} | {"workflow": "workflow"}
    return [
        FieldProblem(called.get(field, field), message)
        for field, messages in error.message_dict.items()
        for message in messages
    ]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Must be text.")
    return value


def _text_or_nothing(value: Any) -> str:
    return "" if value is None else _text(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("Must be true or false.")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("Must be a whole number of minutes.")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("Must be an object: names and their values.")
    return value


def _id(value: Any) -> uuid.UUID | None:
    if value is None:
        return None
    try:
        return uuid.UUID(_text(value))
    except ValueError:
        raise ValueError("Must be the id of a workflow, or null.") from None


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_datetime(_text(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        raise ValueError("Must be a time with its offset, such as 2026-03-31T09:00:00+02:00, or null.")
    return moment


_KEYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("name", _text),
    "cron": ("cron", _text),
    "timezone": ("zone", _text),
    "workflow": ("workflow_id", _id),
    "event": ("event_name", _text_or_nothing),
    "data": ("data", _object),
    "active": ("is_active", _switch),
    "startsAt": ("starts_at", _moment),
    "endsAt": ("ends_at", _moment),
    "misfire": ("misfire", _text),
    "graceMinutes": ("grace_minutes", _number),
}
