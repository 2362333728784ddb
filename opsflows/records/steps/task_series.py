"""The step kind that asks for several things at once, such as the tasks of an onboarding."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from opsflows.records.steps.base import Doing, RecordsKind, Tags
from opsflows.records.steps.target import RecordNames, naming_problems
from opsflows.records.steps.task import TaskFields, assignee, make_task, record_around, shown, task_problems
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.registry import register

MOST = 50


class CreateTaskSeriesConfig(RecordNames):
    tasks: list[TaskFields] = Field(
        title="Tasks", description="The tasks; dates such as `+2 days` count from this step."
    )
    assignTo: str = Field(  # noqa: N815  (Rules' spelling)
        default="",
        title="Assign all to",
        description="Who does them all, unless a task says otherwise.",
        json_schema_extra=looks.look(looks.PERSON_OR_TEAM),
    )
    project: str = Field(
        default="", title="Project", description="For all that name none.", json_schema_extra=looks.look(more=True)
    )
    tags: Tags = Field(
        default_factory=list,
        title="Tags",
        description="On each of them, beside its own.",
        json_schema_extra=looks.look(more=True),
    )


@register
class CreateTaskSeriesKind(RecordsKind):
    """Creates several tasks, all or none. A team takes one turn for the whole series."""

    kind = "create_task_series"
    label = "Create several tasks"
    about = "Gives out a whole list of tasks at once, such as an onboarding."
    icon = "checklist"
    Config = CreateTaskSeriesConfig

    def check(self, config: CreateTaskSeriesConfig, *, path: str) -> list[Problem]:
        problems = list(naming_problems(config, path=path))
        if not config.tasks:
            problems.append(Problem(f"{path}.tasks", "Name at least one task."))
        if len(config.tasks) > MOST:
            problems.append(Problem(f"{path}.tasks", f"At most {MOST} tasks are possible in one step."))
        for number, task in enumerate(config.tasks):
            problems += task_problems(task, path=f"{path}.tasks[{number}]")
        return problems

    def people(self, config: CreateTaskSeriesConfig, references: FrozenReferences) -> Iterable[str]:
        return (config.assignTo, *(task.assignTo for task in config.tasks))

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: CreateTaskSeriesConfig = step.config
        record, notes = record_around(config, step)
        for_all = assignee(config.assignTo, step)
        made = []
        for number, fields in enumerate(config.tasks):
            whole = fields.model_copy(
                update={"project": fields.project or config.project, "tags": [*config.tags, *fields.tags]}
            )
            to = assignee(fields.assignTo, step) if fields.assignTo.strip() else for_all
            notes += [to.note] if to.note and to.note not in notes else []
            key, place = f"{step.key}:{number}", f"tasks[{number}]."
            made.append(make_task(whole, step, doing, to=to, record=record, key=key, place=place))
        output = {"task_ids": [str(task.pk) for task in made], "tasks": [shown(task) for task in made]}
        return {**output, **({"notes": notes} if notes else {})}
