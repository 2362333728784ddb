"""The step kind that writes down what happened."""

from typing import Any

from pydantic import Field

from opsflows.records.log_activity import log_activity
from opsflows.records.steps.base import Doing, RecordsKind
from opsflows.records.steps.target import ItemNames, meant_record, meant_tasks, naming_problems
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register


class LogActivityConfig(ItemNames):
    text: str = Field(
        title="What happened", description="What happened.", json_schema_extra=looks.look(looks.LONG_TEXT)
    )
    activity: str = Field(
        default="note", title="Kind of activity", description="Of what kind: note, call, email, meeting, …"
    )


@register
class LogActivityKind(RecordsKind):
    """Writes an activity on a record, or on tasks."""

    kind = "log_activity"
    label = "Log an activity"
    about = "Notes what happened on a record or a task."
    icon = "edit_note"
    Config = LogActivityConfig

    def check(self, config: LogActivityConfig, *, path: str) -> list[Problem]:
        problems = list(naming_problems(config, path=path))
        if not config.text.strip():
            problems.append(Problem(f"{path}.text", "Say what happened."))
        return problems

    def write(self, step: StepContext, doing: Doing) -> dict[str, Any]:
        config: LogActivityConfig = step.config
        said: dict[str, Any] = {"text": config.text, "kind": config.activity, "cause": doing.cause, "now": doing.now}
        record = meant_record(config, step)
        if record:
            activity = log_activity(actor=doing.actor, record_id=record.pk, **said)
            return {"record_id": str(record.pk), "activity_id": str(activity.pk)}
        tasks = meant_tasks(config, step)
        ids = [str(log_activity(actor=doing.actor, task_id=task_id, **said).pk) for task_id in tasks]
        return {"task_ids": list(map(str, tasks)), "activity_id": ids[-1]}
