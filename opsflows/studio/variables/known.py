"""Every variable that a step of a draft may read, with an example, in the groups in which a picker shows them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

from opsflows.events.payload_fields import payload_fields
from opsflows.outbound import redact_value
from opsflows.rules import VARIABLES
from opsflows.rules.compare import as_moment
from opsflows.rules.text import to_text
from opsflows.studio.samples import Sample, schema_of
from opsflows.studio.variables.before import Before, steps_before
from opsflows.workflows.models import Workflow

EVENT_GROUP: Final = "The event"
ALWAYS_GROUP: Final = "Always there"
SET_GROUP: Final = "Set by steps"

_UTC: Final = ZoneInfo("UTC")
_MOST: Final = 300
_DEEPEST: Final = 4
_LONGEST: Final = 60
#: What can stand between braces, and between dots, without being quoted.
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_KINDS: Final[Mapping[str, str]] = {
    "number": "number",
    "whole number": "number",
    "yes or no": "boolean",
    "date": "date",
    "date and time": "date",
    "list": "list",
    "object": "object",
    "anything": "anything",
}
_SCHEDULE: Final = (
    ("schedule.fire_time", "When it is due", "date"),
    ("schedule.name", "What the schedule is called", "text"),
    ("schedule.zone", "Its time zone", "text"),
    ("schedule.id", "Its id here", "text"),
)
_FACTS: Final = (
    ("event.name", "What the event is called", "text"),
    ("event.id", "The event's id here", "text"),
    ("event.source", "Where the event came from", "text"),
    ("event.occurred_at", "When it happened", "date"),
    ("execution.id", "The id of this run", "text"),
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A path that can stand between ``{{`` and ``}}``. `kind`: text, number, boolean, date, list, object, anything."""

    path: str
    label: str
    kind: str
    example: str
    group: str


def variables_for(*, workflow: Workflow, node_id: str | None, samples: Sequence[Sample]) -> list[Variable]:
    """What the step `node_id` of the draft may read: the event, what steps before it answer and set, the item of the
    list it stands in, and what is always there. Without `node_id`, what the condition at the entrance may read."""
    event = str(workflow.trigger_config.get("event") or "")
    schema = schema_of(account_id=workflow.account_id, event=event) if event else {}
    before = steps_before(workflow.workflow_data, node_id) if node_id is not None else Before()
    items = _once(_items(before), most=_MOST)
    # An event of a thousand fields leaves room for what else there is.
    fields = event_variables(schema, [sample.data for sample in samples])
    steps = _once(
        _of_steps(before), (Variable(name, "", "anything", "", SET_GROUP) for name in before.sets), most=_MOST
    )
    return _once(items, fields, steps, _always(), most=3 * _MOST)


def event_variables(schema: Mapping[str, Any], payloads: Sequence[Any]) -> list[Variable]:
    """The fields of an event: those that its schema names, and those that `payloads` of it had."""
    return _once(_of_schema(schema), *(_of_value("", payload, EVENT_GROUP, 1) for payload in payloads), most=_MOST)


def schedule_variables() -> list[Variable]:
    """What the pairs of a schedule may read: dates, and the schedule itself."""
    return [*_dates(), *(Variable(path, label, kind, "", "The schedule") for path, label, kind in _SCHEDULE)]


def kind_of_value(value: Any) -> str:
    """The kind of what an event carried."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Mapping):
        return "object"
    if isinstance(value, list | tuple):
        return "list"
    if value is None:
        return "anything"
    if isinstance(value, str):
        return "date" if as_moment(value, _UTC) else "text"
    return "number"


def _once(*sources: Iterable[Variable], most: int) -> list[Variable]:
    """Each path once, as the first of the sources says it; no more of them are read than are wanted."""
    found: dict[str, Variable] = {}
    for variable in chain.from_iterable(sources):
        if len(found) == most:
            break
        found.setdefault(variable.path, variable)
    return list(found.values())


def _of_schema(schema: Mapping[str, Any]) -> Iterator[Variable]:
    for field in payload_fields(schema):
        if all(map(_NAME.fullmatch, field.name.split("."))):
            kind = _KINDS.get(field.kind, "text")
            yield Variable(field.name, field.meaning, kind, _shortened(field.example), EVENT_GROUP)


def _of_value(prefix: str, value: Any, group: str, depth: int) -> Iterator[Variable]:
    if not isinstance(value, Mapping):
        return
    for name, inner in value.items():
        if not _NAME.fullmatch(str(name)):
            continue
        path = f"{prefix}{name}"
        yield Variable(path, "", kind_of_value(inner), _shortened(inner), group)
        if depth < _DEEPEST:
            yield from _of_value(f"{path}.", inner, group, depth + 1)


def _of_steps(before: Before) -> Iterator[Variable]:
    for number, step in enumerate(before.steps, 1):
        group = f"Step {number}: {step.label}"
        path = f"steps.{step.id}.output"
        yield Variable(path, "All that it answered", "anything", "", group)
        answered = step.pinned.get("output") if step.pinned else None
        yield from _of_value(f"{path}.", redact_value(answered), group, 1)
        yield Variable(f"steps.{step.id}.handle", "The way it was left by", "text", "", group)


def _items(before: Before) -> Iterator[Variable]:
    for name in before.items:
        yield Variable(name, "The item of the list that is under way", "anything", "", "The list")
        yield Variable("index", "Its place in the list", "number", "0", "The list")


def _dates() -> Iterator[Variable]:
    for each in VARIABLES:
        if each.group == "Date":
            yield Variable(each.name, each.label, "date", each.example, ALWAYS_GROUP)


def _always() -> Iterator[Variable]:
    yield from _dates()
    for path, label, kind in _FACTS:
        yield Variable(path, label, kind, "", ALWAYS_GROUP)


def _shortened(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        return f"{len(value)} {'fields' if isinstance(value, Mapping) else 'entries'}"
    text = " ".join(to_text(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
