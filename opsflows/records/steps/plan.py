"""The step kinds that say when tasks are due, and to which project they belong."""

from typing import Any

from pydantic import Field

from opsflows.records.due import due_problem
from opsflows.records.plan_task import add_to_project, set_due_date
from opsflows.records.steps.base import Doing, RecordsKind, Refusal, due
from opsflows.records.steps.target import TaskNames, meant_tasks
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register


class SetDueDateConfig(TaskNames):
    dueDate: Any = Field(  # noqa: N815  (Rules' spelling)
        title="Due",
        description="A date, or an expression such as `+7 days`.",
        json_schema_extra=looks.look(looks.MOMENT),
    )


@register
class SetDueDateKind(RecordsKind):
    """Says when tasks are due."""

    kind = "set_due_date"
    label = "Set a due date"
    about = "Says when tasks are due."
    icon = "event"
    Config = SetDueDateConfig

    def check(self, config: SetDueDateConfig, *, path: str) -> list[Problem]:
        if config.dueDate in ("", None):
            return [Problem(f"{path}.dueDate", "Say when: a date, or an expression such as +7 days.")]
        problem = due_problem(config.dueDate)
        return [Problem(f"{path}.dueDate", problem)] if problem else []

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        due_at = due(step.config.dueDate, step, field="dueDate")
        if due_at is None:
            raise Refusal("dueDate: is empty; the variable that says when was empty.")
        tasks = meant_tasks(step.config, step)
        for task_id in tasks:
            set_due_date(actor=doing.actor, task_id=task_id, due_at=due_at)
        return {"task_ids": list(map(str, tasks)), "due_at": due_at.isoformat()}


class AddToProjectConfig(TaskNames):
    project: str = Field(title="Project", description="The project's name.")


@register
class AddToProjectKind(RecordsKind):
    """Puts tasks into a project."""

    kind = "add_to_project"
    label = "Add to a project"
    about = "Puts tasks into a project."
    icon = "folder"
    Config = AddToProjectConfig

    def check(self, config: AddToProjectConfig, *, path: str) -> list[Problem]:
        return [] if config.project.strip() else [Problem(f"{path}.project", "Name the project.")]

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        project = step.config.project
        if not project.strip():
            raise Refusal("project: is empty; the variable that names it was empty.")
        tasks = meant_tasks(step.config, step)
        for task_id in tasks:
            add_to_project(actor=doing.actor, task_id=task_id, project=project)
        return {"task_ids": list(map(str, tasks)), "project": project}
