"""What a step made or changed, to be opened from its line in the trace."""

from collections.abc import Iterator, Mapping
from typing import Any

#: Kinds whose output names rows; other outputs hold whatever they hold.
_KINDS = frozenset(
    {
        "create_task",
        "create_task_series",
        "assign",
        "set_due_date",
        "add_to_project",
        "tag",
        "log_activity",
        "create_record",
        "update_record",
        "create_draft_offer",
        "emit_event",
        "trigger_workflow",
        "subworkflow",
    }
)
_NAMES = {
    "task_id": ("records.Task", "Open the task"),
    "task_ids": ("records.Task", "Open task {}"),
    "record_id": ("records.Record", "Open the record"),
    "contract_id": ("records.Record", "Open the contract"),
    "event_id": ("events.Event", "Open the event"),
    "execution_id": ("runs.Execution", "Open the run"),
}
_MOST = 10


def made_by(kind: str, output: Any) -> list[tuple[str, str, str]]:
    """For each row that the step names: its model, its id, and the words of the link."""
    return list(_links(output)) if kind in _KINDS and isinstance(output, Mapping) else []


def _links(output: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, (model, words) in _NAMES.items():
        value = output.get(name)
        if isinstance(value, str) and value:
            yield model, value, words
        elif isinstance(value, list):
            for number, each in enumerate(value[:_MOST], 1):
                yield model, str(each), words.format(number)
