"""What the steps of a workflow set off: events of our own, and other workflows."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opsflows.studio.conflicts.rule import Rule, config_of, label_of
from opsflows.workflows.graph import Node

#: Kinds that set something off, by which versions are chosen that have to be read at all (`kind_versions`).
SENDING = (
    "emit_event",
    "update_record",
    "create_record",
    "create_draft_offer",
    "tag",
    "assign",
    "create_task",
    "create_task_series",
    "trigger_workflow",
    "subworkflow",
)


@dataclass(frozen=True)
class Send:
    """`event` is the event's name, or `workflow` the id or name of a workflow that is started.

    `data` is what is known of what it carries, texts with variables as they were written; `is_whole`: there is nothing
    else in it. `passes`: and what the run's own event carries, below it. `settles`: it is sent only where something is
    different, and the step always writes the same, so that a second time nothing is sent.
    """

    node_id: str
    step: str
    event: str = ""
    workflow: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    is_whole: bool = False
    passes: bool = False
    settles: bool = False
    is_failure: bool = False


def sends_of(rule: Rule) -> list[Send]:
    """In the order of the definition. What a variable names is not known."""
    return [send for node in rule.steps for send in _of_node(node)]


def failure_of(rule: Rule) -> list[Send]:
    """What is set off where a run fails: the error workflow, of whose data nothing is known."""
    return [Send("", "a run fails", workflow=rule.error_workflow, is_failure=True)] if rule.error_workflow else []


def _of_node(node: Node) -> Iterator[Send]:
    config: Any = config_of(node)
    if config is None:
        return
    at: dict[str, Any] = {"node_id": node.id, "step": label_of(node)}
    match node.kind:
        case "emit_event" if _is_plain(config.event):
            yield Send(**at, event=config.event.strip(), data=config.payload, is_whole=True)
        case "trigger_workflow" | "subworkflow" if _is_plain(config.workflowId):
            whole: dict[str, Any] = {"data": config.data, "is_whole": not config.passData, "passes": config.passData}
            yield Send(**at, workflow=config.workflowId.strip(), **whole)
        case "update_record" | "create_record":
            yield from _of_record(node, config, at)
        case "create_draft_offer":
            yield Send(**at, event="record.created", data={"recordType": "offer"})
        case "tag":
            if _names_record(config):
                plain = _is_plain([config.add, config.remove])
                yield Send(**at, event="record.updated", data=_of_type(config), settles=plain)
        case "assign":
            if _names_record(config):
                yield Send(**at, event="record.updated", data=_of_type(config), settles=_is_plain(config.assignTo))
            else:
                yield Send(**at, event="task.assigned", settles=_is_plain(config.assignTo))
        case "create_task":
            yield Send(**at, event="task.created", data={"title": config.title, "project": config.project})
            if config.assignTo:
                yield Send(**at, event="task.assigned", data={"title": config.title, "project": config.project})
        case "create_task_series":
            yield Send(**at, event="task.created")
            yield Send(**at, event="task.assigned")


def _of_record(node: Node, config: Any, at: dict[str, Any]) -> Iterator[Send]:
    data = {**_of_type(config), "data": config.data}
    is_update = node.kind == "update_record" or config.onExisting == "update"
    if is_update:
        yield Send(**at, event="record.updated", data=data, settles=_is_plain([config.data, config.title, config.tags]))
    if node.kind == "create_record" or config.onMissing == "create":
        # With a key, there is one of them however often it is asked for.
        yield Send(**at, event="record.created", data=data, settles=bool(config.recordKey))


def _of_type(config: Any) -> dict[str, Any]:
    """A record that is named by its id may be of any type."""
    is_named = config.recordType.strip() and not getattr(config, "recordId", "")
    return {"recordType": config.recordType, "key": config.recordKey} if is_named else {}


def _names_record(config: Any) -> bool:
    return bool(config.recordId or config.recordType)


def _is_plain(value: Any) -> bool:
    """Whether there are no variables in it."""
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return not (isinstance(value, str) and ("{{" in value or "{%" in value))


def is_id(text: str) -> bool:
    """Whether it is the id of a workflow, not its name."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
