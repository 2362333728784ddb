"""The kind that starts another workflow."""

import uuid
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from opsflows.events.emit import LoopError
from opsflows.rules import Problem
from opsflows.runs.models import Execution
from opsflows.runs.start_run import NotStartable, start_run
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import DatabaseKind, StepConfig, StepContext
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.registry import register


class TriggerWorkflowConfig(StepConfig):
    workflowId: str = Field(  # noqa: N815  (Rules' spelling, as below)
        title="Workflow",
        description="The workflow's id, or its exact name.",
        json_schema_extra=looks.look(looks.WORKFLOW),
    )
    passData: bool = Field(  # noqa: N815
        default=True, title="Hand over the event", description="Hand over what this run's own event carries."
    )
    data: dict[str, Any] = Field(
        default_factory=dict,
        title="Hand over besides",
        description="What else to hand over; it goes over the event's.",
        json_schema_extra=looks.look(looks.DOCUMENT),
    )


@register
class TriggerWorkflowKind(DatabaseKind):
    """Starts a run of another live workflow; it commits together with this step, and this run doesn't wait for it."""

    kind = "trigger_workflow"
    label = "Start another workflow"
    about = "Starts another workflow and goes on at once."
    icon = "account_tree"
    Config = TriggerWorkflowConfig

    def check(self, config: TriggerWorkflowConfig, *, path: str) -> list[Problem]:
        if config.workflowId.strip():
            return []
        return [Problem(f"{path}.workflowId", "Name the workflow to start, by its id or its exact name.")]

    def apply(self, step: StepContext) -> Outcome:
        config: TriggerWorkflowConfig = step.config
        found = find_workflow(step.account_id, config.workflowId.strip())
        if isinstance(found, str):
            return Fail(f"workflowId: {found}")
        try:
            run = start_run(
                workflow=found,
                data=data_for(step.event_data, config.data, pass_data=config.passData),
                origin=Execution.Origin.WORKFLOW,
                origin_id=step.execution_id,
                key=step.key,
                depth=step.depth + 1,
                now=step.clock.now,
            )
        except NotStartable as error:
            return Fail(f"workflowId: {error}")
        except LoopError as error:
            return Fail(str(error), final=True)
        return Done(output={"execution_id": str(run.pk), "workflow_id": str(found.pk), "workflow": found.workflow_name})


def find_workflow(account_id: uuid.UUID, wanted: str, *, paused: bool = False) -> Workflow | str:
    """The workflow with this id or exact name, or why it cannot be started; `paused`: it may be paused."""
    if not wanted:
        return "names no workflow; the variable that names it was empty."
    named: dict[str, Any]
    try:
        named = {"pk": uuid.UUID(wanted)}
    except ValueError:
        named = {"workflow_name": wanted}
    rows = Workflow.objects.filter(account=account_id, **named).defer("workflow_data", "trigger_config")[:2]
    found = list(rows)
    if not found:
        return f"there is no workflow {wanted[:80]!r} in this account; give the id or the exact name of one."
    if len(found) > 1:
        return f"several workflows are called {wanted[:80]!r}; give the id of the one that is meant."
    [workflow] = found
    if workflow.published_version_id is not None and not workflow.is_active and not paused:
        return f"“{workflow.workflow_name}” is paused; resume it, or name another."
    return workflow


def data_for(event_data: Any, more: Mapping[str, Any], *, pass_data: bool) -> dict[str, Any]:
    """What the other run gets: what this one's event carries, where it is passed, and `more` over it."""
    if not pass_data:
        return dict(more)
    passed = event_data if isinstance(event_data, Mapping) else {} if event_data is None else {"data": event_data}
    return {**passed, **more}
