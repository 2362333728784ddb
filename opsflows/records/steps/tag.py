"""The step kind that puts tags on records and tasks."""

from typing import Any

from pydantic import Field

from opsflows.records.steps.base import Doing, NothingToDo, RecordsKind, Tags
from opsflows.records.steps.target import ItemNames, meant_record, meant_tasks, naming_problems
from opsflows.records.tag import tag_record, tag_task
from opsflows.records.tag_names import clean_tags
from opsflows.rules import Problem
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register


class TagConfig(ItemNames):
    add: Tags = Field(default_factory=list, title="Tags to put on", description="Tags to put on it.")
    remove: Tags = Field(default_factory=list, title="Tags to take off", description="Tags to take off.")


@register
class TagKind(RecordsKind):
    """Tags a record or tasks."""

    kind = "tag"
    label = "Tag it"
    about = "Puts tags on a record or tasks, or takes them off."
    icon = "sell"
    Config = TagConfig

    def check(self, config: TagConfig, *, path: str) -> list[Problem]:
        problems = list(naming_problems(config, path=path))
        if not config.add and not config.remove:
            problems.append(Problem(f"{path}.add", "Name at least one tag to add or to remove."))
        return problems

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: TagConfig = step.config
        if not config.add and not config.remove:
            raise NothingToDo("add and remove: name no tag; the variables in them were empty.")
        change: dict[str, Any] = {"add": config.add, "remove": config.remove, "cause": doing.cause, "now": doing.now}
        record = meant_record(config, step)
        if record:
            tags = tag_record(actor=doing.actor, record_id=record.pk, **change)
            return {"record_id": str(record.pk), "tags": tags}
        tasks = meant_tasks(config, step)
        for task_id in tasks:
            tag_task(actor=doing.actor, task_id=task_id, **change)
        return {
            "task_ids": list(map(str, tasks)),
            "added": clean_tags(config.add),
            "removed": clean_tags(config.remove),
        }
