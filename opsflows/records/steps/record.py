"""The step kinds that make and change records."""

from typing import Any, Literal

from pydantic import Field

from opsflows.records.assignee import NOBODY, Assignee
from opsflows.records.create_record import RecordExists, create_record, find_record
from opsflows.records.models import Record
from opsflows.records.models.record import TYPE_RULE
from opsflows.records.steps.base import Doing, NothingToDo, RecordsKind, Refusal, Tags
from opsflows.records.steps.target import RecordNames, is_type, missing_words, named_record, naming_problems
from opsflows.records.steps.task import assignee
from opsflows.records.tag import tag_record
from opsflows.records.update_record import update_record
from opsflows.rules import Problem
from opsflows.rules.text import to_text
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register


class RecordFields(StepConfig):
    """What a record says."""

    title: str = Field(default="", title="Title", description="What people call it; empty: its name, or its key.")
    data: dict[str, Any] = Field(
        default_factory=dict, title="Fields", description="Its fields.", json_schema_extra=looks.look(looks.DOCUMENT)
    )
    tags: Tags = Field(default_factory=list, title="Tags", description="Labels to put on it.")


class CreateRecordConfig(RecordFields):
    recordType: str = Field(  # noqa: N815  (Rules' spelling, as below)
        title="Type of record", description="Such as customer or deal.", json_schema_extra=looks.look(looks.RECORD_TYPE)
    )
    recordKey: str = Field(  # noqa: N815
        default="", title="Key", description="Its id elsewhere, such as `{{customerId}}`; once in its type."
    )
    owner: str = Field(
        default="",
        title="Owner",
        description="A person, a team or a role; of a team, the next in turn.",
        json_schema_extra=looks.look(looks.PERSON_OR_TEAM),
    )
    onExisting: Literal["fail", "update", "keep"] = Field(  # noqa: N815
        default="fail",
        title="When it is there already",
        description="What to do where a record of this type has the key already.",
        json_schema_extra=looks.look(
            more=True, labels={"fail": "Fail", "update": "Update it", "keep": "Leave it as it is"}
        ),
    )


@register
class CreateRecordKind(RecordsKind):
    """Makes a record; it commits together with this step."""

    kind = "create_record"
    label = "Create a record"
    about = "Makes a customer, a deal, or any other record here."
    icon = "note_add"
    Config = CreateRecordConfig

    def check(self, config: CreateRecordConfig, *, path: str) -> list[Problem]:
        problems = []
        if "{{" not in config.recordType and not is_type(config.recordType):
            problems.append(Problem(f"{path}.recordType", TYPE_RULE))
        if config.onExisting != "fail" and not config.recordKey:
            message = f"Is needed for onExisting {config.onExisting!r}: by it the record is found again."
            problems.append(Problem(f"{path}.recordKey", message))
        return problems

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: CreateRecordConfig = step.config
        if "recordKey" in config.model_fields_set and not config.recordKey.strip():
            raise Refusal("recordKey: is empty; the variable that holds it was empty.")
        if not is_type(config.recordType):
            raise Refusal(f"recordType: {TYPE_RULE}")
        existing = _of_key(config.recordType, config.recordKey, step)
        if existing is None:
            try:
                owner = assignee(config.owner, step)
                return _create(config.recordType, config.recordKey, config, step, doing, owner)
            except RecordExists:
                # Somebody else made it a moment ago.
                existing = _of_key(config.recordType, config.recordKey, step)
                if existing is None:
                    raise
        if config.onExisting == "fail":
            raise Refusal(
                f"recordKey: there is a {config.recordType} with the key {config.recordKey[:60]!r} already; say with "
                "onExisting what to do then: update or keep."
            )
        return _update(existing, config, doing) if config.onExisting == "update" else shown(existing, created=False)


class UpdateRecordConfig(RecordFields, RecordNames):
    onMissing: Literal["create", "skip", "fail"] = Field(  # noqa: N815
        default="fail",
        title="When it is not there",
        description="What to do where the record is not there.",
        json_schema_extra=looks.look(more=True, labels={"create": "Create it", "skip": "Go on", "fail": "Fail"}),
    )


@register
class UpdateRecordKind(RecordsKind):
    """Sets fields of a record and leaves its others as they are."""

    kind = "update_record"
    label = "Update a record"
    about = "Changes fields of a record and leaves the others as they are."
    icon = "edit_document"
    Config = UpdateRecordConfig

    def check(self, config: UpdateRecordConfig, *, path: str) -> list[Problem]:
        problems = list(naming_problems(config, path=path))
        if not (config.recordId or config.recordKey) and not problems:
            message = "Name the record: recordType and recordKey, or recordId."
            problems.append(Problem(f"{path}.recordKey", message))
        if config.onMissing == "create" and config.recordId:
            message = "A record named by its id cannot be made; name it by recordType and recordKey."
            problems.append(Problem(f"{path}.onMissing", message))
        if not (config.data or config.title or config.tags):
            problems.append(Problem(f"{path}.data", "Say what to set: data, title or tags."))
        return problems

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: UpdateRecordConfig = step.config
        record = named_record(config, step)
        if record is not None:
            return _update(record, config, doing)
        if config.onMissing == "skip":
            raise NothingToDo(missing_words(config))
        if config.onMissing == "fail" or config.recordId:
            raise Refusal(missing_words(config))
        try:
            return _create(config.recordType, config.recordKey, config, step, doing, NOBODY)
        except RecordExists:
            record = named_record(config, step)
            if record is None:
                raise
            return _update(record, config, doing)


def shown(record: Record, *, created: bool) -> dict[str, Any]:
    """A record in a step's output."""
    return {
        "record_id": str(record.pk),
        "type": record.type,
        "key": record.key,
        "title": record.title,
        "data": record.data,
        "revision": record.revision,
        "created": created,
    }


def _create(
    record_type: str, key: str, fields: RecordFields, step: StepContext, doing: Doing, owner: Assignee
) -> dict[str, Any]:
    record = create_record(
        actor=doing.actor,
        record_type=record_type,
        key=key,
        title=_title(fields, key, record_type),
        data=fields.data,
        tags=fields.tags,
        owner=owner,
        cause=doing.cause,
        now=doing.now,
    )
    return {**shown(record, created=True), **({"notes": [owner.note]} if owner.note else {})}


def _update(record: Record, fields: RecordFields, doing: Doing) -> dict[str, Any]:
    changed = update_record(
        actor=doing.actor,
        record_id=record.pk,
        title=fields.title.strip() or None,
        data=fields.data,
        cause=doing.cause,
        now=doing.now,
    )
    if fields.tags:
        tag_record(actor=doing.actor, record_id=record.pk, add=fields.tags, cause=doing.cause, now=doing.now)
    return shown(changed, created=False)


def _of_key(record_type: str, key: str, step: StepContext) -> Record | None:
    return find_record(account_id=step.account_id, record_type=record_type, key=key)


def _title(fields: RecordFields, key: str, record_type: str) -> str:
    named = (fields.title, *(to_text(fields.data.get(name)) for name in ("name", "title")), key, record_type)
    return next(text for text in named if text.strip())
