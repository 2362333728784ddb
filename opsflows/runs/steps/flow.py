"""Kinds that steer: condition, stop."""

from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Condition, compile_condition
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.registry import register


class ConditionConfig(StepConfig):
    conditions: Any = Field(description="A condition as in Rules: logic and rules.")


@register
class ConditionKind(PureKind):
    """If/else: goes on along `true` or `false`, and shows each comparison with the value it saw."""

    kind = "condition"
    label = "Check a condition"
    icon = "call_split"
    step_type = "condition"
    Config = ConditionConfig
    outcomes = ("true", "false")
    raw_fields = frozenset({"conditions"})

    def compile(self, config: ConditionConfig, *, path: str) -> Condition:
        return compile_condition(config.conditions, path=f"{path}.conditions")

    def run(self, step: StepContext) -> Outcome:
        explanation = step.compiled.explain(step.scope, step.clock)
        return Done(
            output={"result": explanation.truth, "explanation": explanation.as_json()},
            handle="true" if explanation.truth else "false",
        )


class StopConfig(StepConfig):
    outcome: Literal["success", "failure"] = "success"
    reason: str = ""


@register
class StopKind(PureKind):
    """Ends the run here, as a success or as a failure."""

    kind = "stop"
    label = "Stop"
    icon = "stop_circle"
    Config = StopConfig
    outcomes = ()

    def run(self, step: StepContext) -> Outcome:
        if step.config.outcome == "failure":
            return Fail(step.config.reason or "The workflow stopped here as a failure.", final=True)
        return Done(output={"reason": step.config.reason}, handle="stopped")
