"""The step kind that asks a person to do something."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from opsflows.records.assignee import Assignee, whose_turn
from opsflows.records.create_task import create_task
from opsflows.records.due import due_problem
from opsflows.records.models import Record, Task
from opsflows.records.steps.base import Doing, RecordsKind, Tags, due
from opsflows.records.steps.target import RecordNames, missing_words, named_record, names_record, naming_problems
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.references import Frozen as FrozenReferences
from opsflows.workflows.registry import register


class TaskFields(StepConfig):
    """What a task says, alone or in a series."""

    title: str = Field(title="Title", description="What is to be done, in a line.")
    description: str = Field(
        default="",
        title="Description",
        description="What else they have to know.",
        json_schema_extra=looks.look(looks.LONG_TEXT),
    )
    assignTo: str = Field(  # noqa: N815  (Rules' spelling)
        default="",
        title="Assign to",
        description="A person, a team or a role.",
        json_schema_extra=looks.look(looks.PERSON_OR_TEAM),
    )
    dueDate: Any = Field(  # noqa: N815
        default="",
        title="Due",
        description="A date, or an expression such as `+7 days`.",
        json_schema_extra=looks.look(looks.MOMENT),
    )
    priority: str = Field(default="normal", title="Priority", description="low, normal, high or urgent.")
    project: str = Field(
        default="", title="Project", description="The project it belongs to.", json_schema_extra=looks.look(more=True)
    )
    tags: Tags = Field(
        default_factory=list, title="Tags", description="Labels to find it by.", json_schema_extra=looks.look(more=True)
    )


class CreateTaskConfig(TaskFields, RecordNames):
    pass


@register
class CreateTaskKind(RecordsKind):
    """Creates a task; it commits together with this step, so there is one however often the step is tried."""

    kind = "create_task"
    label = "Create a task"
    about = "Gives somebody something to do, with a date."
    icon = "task_alt"
    Config = CreateTaskConfig

    def check(self, config: CreateTaskConfig, *, path: str) -> list[Problem]:
        return [*task_problems(config, path=path), *naming_problems(config, path=path)]

    def people(self, config: CreateTaskConfig, references: FrozenReferences) -> Iterable[str]:
        return (config.assignTo,)

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: CreateTaskConfig = step.config
        record, notes = record_around(config, step)
        to = assignee(config.assignTo, step)
        task = make_task(config, step, doing, to=to, record=record, key=step.key)
        notes += [to.note] if to.note else []
        return {**shown(task), **({"notes": notes} if notes else {})}


def task_problems(config: TaskFields, *, path: str) -> list[Problem]:
    """What is wrong with a task's own fields, before publishing."""
    problems, known = [], Task.Priority.values
    if not config.title.strip():
        problems.append(Problem(f"{path}.title", "Say in a few words what is to be done."))
    if "{{" not in config.priority and config.priority not in known:
        message = f"{config.priority!r} is not a priority; use one of {', '.join(known)}."
        problems.append(Problem(f"{path}.priority", message))
    if problem := due_problem(config.dueDate):
        problems.append(Problem(f"{path}.dueDate", problem))
    return problems


def record_around(config: RecordNames, step: StepContext) -> tuple[Record | None, list[str]]:
    """The record that the tasks are about. One that is not there is no reason to lose a task: it is noted."""
    record = named_record(config, step) if names_record(config) else None
    return record, [] if record or not names_record(config) else [missing_words(config)]


def assignee(name: str, step: StepContext) -> Assignee:
    """Whom the step's name stands for; of a team, the next in turn."""
    return whose_turn(account_id=step.account_id, name=name, data=step.event_data, now=step.clock.now)


def make_task(
    fields: TaskFields,
    step: StepContext,
    doing: Doing,
    *,
    to: Assignee,
    record: Record | None,
    key: str,
    place: str = "",
) -> Task:
    """The task. `place` stands before the names of fields in refusals."""
    return create_task(
        actor=doing.actor,
        title=fields.title,
        description=fields.description,
        to=to,
        due_at=due(fields.dueDate, step, field=f"{place}dueDate"),
        priority=fields.priority,
        project=fields.project,
        record_id=record.pk if record else None,
        tags=fields.tags,
        cause=doing.cause,
        key=key,
        now=doing.now,
    )


def shown(task: Task) -> dict[str, Any]:
    """A task in a step's output."""
    return {
        "task_id": str(task.pk),
        "title": task.title,
        "due_at": task.due_at and task.due_at.isoformat(),
        "assigned_to": task.assigned_to,
        "assignee": task.assignee.username if task.assignee else None,
    }
