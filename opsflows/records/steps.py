"""The step kind that asks a person to do something."""

import datetime
from typing import Any

from pydantic import Field

from opsflows.records.models import Task
from opsflows.rules import Problem, RuleError, date_problem, resolve_date
from opsflows.workflows.kinds import DatabaseKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.registry import register


class CreateTaskConfig(StepConfig):
    title: str
    description: str = ""
    assignTo: str = Field(default="", description="A person, a team or a role.")  # noqa: N815  (Rules' spelling)
    dueDate: Any = Field(default="", description="A date, or an expression such as `+7 days`.")  # noqa: N815
    priority: str = "normal"
    project: str = ""


@register
class CreateTaskKind(DatabaseKind):
    """Creates a task; it commits together with this step, so there is one however often the step is tried."""

    kind = "create_task"
    label = "Create a task"
    icon = "task_alt"
    Config = CreateTaskConfig

    def check(self, config: CreateTaskConfig, *, path: str) -> list[Problem]:
        problems, known, due = [], Task.Priority.values, config.dueDate
        if "{{" not in config.priority and config.priority not in known:
            message = f"{config.priority!r} is not a priority; use one of {', '.join(known)}."
            problems.append(Problem(f"{path}.priority", message))
        if due not in ("", None) and "{{" not in str(due) and (problem := date_problem(str(due))):
            problems.append(Problem(f"{path}.dueDate", problem))
        return problems

    def apply(self, step: StepContext) -> Outcome:
        config: CreateTaskConfig = step.config
        if config.priority not in Task.Priority.values:
            return Fail(f"priority: {config.priority!r} is not one of {', '.join(Task.Priority.values)}.")
        try:
            due_at = _due(config.dueDate, step)
        except RuleError as error:
            return Fail(f"dueDate: {error}")
        task = Task(
            account_id=step.account_id,
            title=config.title[:500],
            description=config.description,
            assigned_to=config.assignTo[:255],
            due_at=due_at,
            priority=config.priority,
            project=config.project[:255],
            origin_key=step.key,
            execution_id=step.execution_id,
            created_at=step.clock.now,
        )
        task.save(force_insert=True)
        return Done(output={"task_id": str(task.id), "title": task.title, "due_at": due_at and due_at.isoformat()})


def _due(value: Any, step: StepContext) -> datetime.datetime | None:
    if value in ("", None):
        return None
    moment = resolve_date(str(value), step.clock)
    if isinstance(moment, datetime.datetime):
        return moment
    # "Due today" leaves the whole of today.
    return datetime.datetime.combine(moment, datetime.time(23, 59), step.clock.zone)
