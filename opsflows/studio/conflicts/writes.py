"""Which field of what a step sets, and to what: as its author wrote it, variables and all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.outbound import redact_url
from opsflows.studio.conflicts.rule import Rule, config_of, label_of
from opsflows.workflows.graph import Node

#: Parts of a payload that are compared with another's.
_MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Write:
    """`target` is the same for two steps that are about the same thing, whatever the event is."""

    node_id: str
    step: str
    target: tuple[str, ...]
    thing: str
    field: str
    value: Any


def writes_of(rule: Rule) -> Iterator[Write]:
    """What the steps of `rule` write to things that they name: records, tasks, kept values, addresses."""
    for node in rule.steps:
        for target, thing, field, value in _of_node(node):
            yield Write(node.id, label_of(node), target, thing, field, value)


_Found = tuple[tuple[str, ...], str, str, Any]


def _of_node(node: Node) -> Iterator[_Found]:
    config: Any = config_of(node)
    if config is None:
        return
    match node.kind:
        case "update_record":
            yield from _record(config, {**config.data, **_title(config)}, config.tags)
        case "create_record" if config.onExisting == "update":
            yield from _record(config, {**config.data, **_title(config)}, config.tags)
        case "tag":
            yield from _record(config, {}, config.add, config.remove)
            yield from _tasks(config, _tagged(config.add, config.remove))
        case "assign":
            yield from _record(config, {"owner": config.assignTo})
            yield from _tasks(config, {"assigned to": config.assignTo})
        case "set_due_date":
            yield from _tasks(config, {"due date": config.dueDate})
        case "add_to_project":
            yield from _tasks(config, {"project": config.project})
        case "state" if config.shared and config.action == "set":
            yield ("state", config.name), "the value kept between runs", config.name, config.value
        case "webhook" | "call_api" if getattr(config, "method", "") in ("PUT", "PATCH"):
            yield from _call(config)


def _title(config: Any) -> dict[str, Any]:
    return {"title": config.title} if config.title else {}


def _tagged(add: Any, remove: Any) -> dict[str, bool]:
    """What is put on wins over what is taken off, as in records/tag.py."""
    return {f"tag {name.strip().lower()}": put for names, put in ((remove, False), (add, True)) for name in names}


def _record(config: Any, fields: Mapping[str, Any], add: Any = (), remove: Any = ()) -> Iterator[_Found]:
    """One named by type and key; or by its id, which a variable has to hold."""
    record_id = getattr(config, "recordId", "").strip()
    record_type, key = config.recordType.strip(), config.recordKey.strip()
    target: tuple[str, ...]
    if record_id:
        target, thing = ("record", record_id), f"the record {record_id}"
    elif record_type and key:
        target, thing = ("record", record_type, key), f"the {record_type} {key}"
    else:
        return
    values = {**fields, **_tagged(add, remove)}
    yield from ((target, thing, name, value) for name, value in values.items())


def _tasks(config: Any, fields: Mapping[str, Any]) -> Iterator[_Found]:
    # Left out, it is the run's own last task, which no other run touches.
    for task_id in config.taskId:
        yield from ((("task", task_id.strip()), f"the task {task_id}", name, value) for name, value in fields.items())


def _call(config: Any) -> Iterator[_Found]:
    payload = getattr(config, "payload", None) or getattr(config, "body", None)
    if isinstance(payload, Mapping):
        for name, value in list(payload.items())[:_MOST_FIELDS]:
            yield ("url", config.url.strip()), f"what stands at {redact_url(config.url)}", str(name), value
