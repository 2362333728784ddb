"""The kind that sends an event of our own."""

from typing import Any

from pydantic import Field

from opsflows.events.emit import Cause, LoopError, emit
from opsflows.events.names import name_problem
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import DatabaseKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.registry import register


class EmitEventConfig(StepConfig):
    event: str = Field(
        title="Event",
        description="The event's name, such as `deal.reviewed`.",
        json_schema_extra=looks.look(looks.EVENT),
    )
    payload: dict[str, Any] = Field(
        default_factory=dict,
        title="What it carries",
        description="What it carries.",
        json_schema_extra=looks.look(looks.DOCUMENT),
    )


@register
class EmitEventKind(DatabaseKind):
    """Sends an event that other workflows may listen to; it commits together with this step."""

    kind = "emit_event"
    label = "Send an event"
    about = "Sends an event that other workflows may start with."
    icon = "campaign"
    Config = EmitEventConfig

    def check(self, config: EmitEventConfig, *, path: str) -> list[Problem]:
        if "{{" in config.event:
            return []
        problem = name_problem(config.event)
        return [Problem(f"{path}.event", problem)] if problem else []

    def apply(self, step: StepContext) -> Outcome:
        if problem := name_problem(step.config.event):
            return Fail(f"event: {problem}")
        try:
            event_id = emit(
                account_id=step.account_id,
                name=step.config.event,
                data=step.config.payload,
                now=step.clock.now,
                cause=Cause(execution_id=step.execution_id, step_id=step.node_id, depth=step.depth),
                key=step.key,
            )
        except LoopError as error:
            return Fail(str(error), final=True)
        return Done(output={"event_id": str(event_id), "event": step.config.event})
