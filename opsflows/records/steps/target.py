"""Which tasks and records a step is about."""

import uuid
from collections.abc import Iterator
from typing import Any, Literal, NoReturn

from pydantic import Field, field_validator

from opsflows.records.create_record import find_record
from opsflows.records.models import Record, Task
from opsflows.records.models.record import TYPE_RULE, check_type
from opsflows.records.steps.base import NothingToDo, Refusal
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext


class RecordNames(StepConfig):
    """How a step names a record: by its id here, or by type and key."""

    recordId: str = Field(  # noqa: N815  (Rules' spelling, as below)
        default="",
        title="Record id",
        description="The record's id here, such as `{{steps.a1.output.record_id}}`.",
        json_schema_extra=looks.look(more=True),
    )
    recordType: str = Field(  # noqa: N815
        default="",
        title="Type of record",
        description="Such as customer or deal, together with recordKey.",
        json_schema_extra=looks.look(looks.RECORD_TYPE),
    )
    recordKey: str = Field(  # noqa: N815
        default="", title="Key", description="What the record is called elsewhere, such as `{{customerId}}`."
    )


class TaskNames(StepConfig):
    """How a step names tasks; left out, it means the task that its run made last."""

    taskId: list[str] = Field(  # noqa: N815
        default_factory=list,
        title="Task",
        description="One task or several; empty: the run's last one.",
        json_schema_extra=looks.look(more=True),
    )

    @field_validator("taskId", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        parts = [value] if isinstance(value, str) else [] if value is None else value
        return [part for part in parts if part not in ("", None)] if isinstance(parts, list) else value


class ItemNames(TaskNames, RecordNames):
    """A step about a record or about tasks; where it names neither, about what its run made last."""

    onMissing: Literal["fail", "skip"] = Field(  # noqa: N815
        default="fail",
        title="When it is not there",
        description="What to do where it is not there.",
        json_schema_extra=looks.look(more=True, labels={"fail": "Fail", "skip": "Go on"}),
    )


def names_record(config: RecordNames) -> bool:
    """Whether the step names a record, if perhaps by something that turned out empty."""
    return bool(config.model_fields_set & {"recordId", "recordType", "recordKey"})


def naming_problems(config: RecordNames, *, path: str) -> Iterator[Problem]:
    """What is wrong with how a record is named, before publishing."""
    if names_record(config) and not (config.recordId or config.recordType or config.recordKey):
        yield Problem(f"{path}.recordId", "Is empty; name a record, or leave the field out.")
    if config.recordId:
        if config.recordKey or config.recordType:
            yield Problem(f"{path}.recordId", "Says which record already; leave out recordType and recordKey.")
        return
    if config.recordKey and not config.recordType:
        yield Problem(f"{path}.recordType", f"Is needed beside recordKey. {TYPE_RULE}")
    if config.recordType and not config.recordKey:
        yield Problem(f"{path}.recordKey", "Is needed beside recordType; name the record by its id elsewhere.")
    if config.recordType and "{{" not in config.recordType and not is_type(config.recordType):
        yield Problem(f"{path}.recordType", TYPE_RULE)


def is_type(text: str) -> bool:
    """Whether records can be of this type."""
    return check_type.regex.match(text) is not None  # type: ignore[union-attr]  # compiled by the validator


def named_record(config: RecordNames, step: StepContext) -> Record | None:
    """The record that the step names, if there is one.

    Raises:
        Refusal: what should name it is empty.
    """
    if config.recordId:
        record_id = _as_id(config.recordId)
        return Record.objects.filter(pk=record_id, account=step.account_id).first() if record_id else None
    if not config.recordType or not config.recordKey.strip():
        raise Refusal("recordKey: names no record; the variable that names it was empty.")
    return find_record(account_id=step.account_id, record_type=config.recordType, key=config.recordKey)


def needed_record(config: ItemNames, step: StepContext) -> Record:
    """The record that the step names.

    Raises:
        Refusal: what should name it is empty, or it is not there.
        NothingToDo: it is not there, and the step says `onMissing: skip`.
    """
    record = named_record(config, step)
    if record is None:
        _missing(config, missing_words(config))
    return record


def meant_record(config: ItemNames, step: StepContext) -> Record | None:
    """The record that the step is about; None where it is about tasks, which `meant_tasks` then tells.

    Raises:
        Refusal, NothingToDo: as `needed_record`.
    """
    if names_record(config):
        return needed_record(config, step)
    if "taskId" in config.model_fields_set:
        return None
    record = _last_record(step)
    task_id = _last_task(step) if record else None
    # Ids sort by when they were made, across tables too.
    return None if record and task_id and task_id > record.pk else record


def missing_words(config: RecordNames) -> str:
    """That the record is not there, in a sentence."""
    if config.recordId:
        return f"recordId: there is no record {config.recordId[:60]!r} in this account."
    return f"recordKey: there is no {config.recordType} with the key {config.recordKey[:60]!r}."


def meant_tasks(config: TaskNames, step: StepContext) -> list[uuid.UUID]:
    """The ids of the tasks that the step is about, in one order for everybody who locks them.

    Raises:
        Refusal: one of them is not there.
        NothingToDo: as above, where the step says `onMissing: skip`.
    """
    if not config.taskId:
        last = _last_task(step)
        if last is None:
            _missing(config, _nothing_made(config))
        return [last]
    wanted = {_as_id(text) for text in config.taskId}
    rows = Task.objects.filter(account=step.account_id, pk__in=[found for found in wanted if found]).order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    if len(found) < len(wanted):
        lost = next(text for text in config.taskId if _as_id(text) not in found)
        _missing(config, f"taskId: there is no task {lost[:60]!r} in this account.")
    return found


def _last_task(step: StepContext) -> uuid.UUID | None:
    rows = Task.objects.filter(execution_id=step.execution_id, account=step.account_id).order_by("-pk")
    return rows.values_list("pk", flat=True).first()


def _last_record(step: StepContext) -> Record | None:
    """The record that this run made last, as the outputs of its steps tell."""
    outputs = [entry["output"] for entry in step.scope.get("steps", {}).values()]
    made = [each.get("record_id") for each in outputs if isinstance(each, dict) and each.get("created") is True]
    ids = [found for found in map(_as_id, map(str, made)) if found]
    return Record.objects.filter(pk__in=ids, account=step.account_id).order_by("-pk").first() if ids else None


def _nothing_made(config: TaskNames) -> str:
    if isinstance(config, ItemNames):
        return (
            "recordId and taskId: name neither a record nor a task, and this run has made none before this step. One "
            "that was there already is named by recordId, or by recordType and recordKey."
        )
    return "taskId: names no task, and this run has made none before this step."


def _missing(config: TaskNames, words: str) -> NoReturn:
    if getattr(config, "onMissing", "fail") == "skip":
        raise NothingToDo(words)
    raise Refusal(words)


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
