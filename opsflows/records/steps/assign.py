"""The step kind that gives work to somebody."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from opsflows.records.assign import assign_record, assign_task
from opsflows.records.steps.base import Doing, RecordsKind, Refusal
from opsflows.records.steps.target import ItemNames, meant_record, meant_tasks, naming_problems
from opsflows.records.steps.task import assignee
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.registry import register


class AssignConfig(ItemNames):
    assignTo: str = Field(  # noqa: N815  (Rules' spelling)
        title="Assign to",
        description="A person, a team or a role; of a team, the next in turn.",
        json_schema_extra=looks.look(looks.PERSON_OR_TEAM),
    )


@register
class AssignKind(RecordsKind):
    """Assigns tasks, or a record, to a person; a name that stands for nobody yet is kept and said."""

    kind = "assign"
    label = "Assign to somebody"
    about = "Gives tasks or a record to a person, a team or a role."
    icon = "person_add"
    Config = AssignConfig

    def check(self, config: AssignConfig, *, path: str) -> list[Problem]:
        problems = list(naming_problems(config, path=path))
        if not config.assignTo.strip():
            problems.append(Problem(f"{path}.assignTo", "Say to whom: a person, a team or a role."))
        return problems

    def people(self, config: AssignConfig, references: FrozenReferences) -> Iterable[str]:
        return (config.assignTo,)

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: AssignConfig = step.config
        if not config.assignTo.strip():
            raise Refusal("assignTo: names nobody; the variable that says who was empty.")
        record = meant_record(config, step)
        tasks = [] if record else meant_tasks(config, step)
        to = assignee(config.assignTo, step)
        if record:
            assign_record(actor=doing.actor, record_id=record.pk, to=to, cause=doing.cause, now=doing.now)
        for task_id in tasks:
            assign_task(actor=doing.actor, task_id=task_id, to=to, cause=doing.cause, now=doing.now)
        return {
            **({"record_id": str(record.pk)} if record else {"task_ids": list(map(str, tasks))}),
            "assigned_to": to.name,
            "assignee": to.person.username if to.person else None,
            **({"notes": [to.note]} if to.note else {}),
        }
