"""The kind that rests until an event comes, or for so long."""

from typing import Any

from pydantic import Field

from opsflows.events.names import name_problem
from opsflows.rules import Problem, RuleError, after_duration, compile_condition, duration_problem
from opsflows.runs.waiting.matching import value_problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.exits import listening_problems
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Listening, Outcome, Wait
from opsflows.workflows.registry import register

RECEIVED, TIMEOUT = "received", "timeout"


class WaitForEventConfig(StepConfig):
    event: str = Field(
        title="Event",
        description="The event's name, such as `invoice.paid`.",
        json_schema_extra=looks.look(looks.EVENT),
    )
    field: str = Field(
        default="",
        max_length=255,
        title="Its field",
        description="Which field of the event must have the value …",
        json_schema_extra=looks.look(looks.TEXT),
    )
    value: Any = Field(
        default=None,
        title="Has the value",
        description="… such as `{{invoice.id}}`; without both, any event of the name.",
    )
    conditions: Any = Field(
        default=None,
        title="And this holds",
        description="What else must hold for the event; its fields are read.",
        json_schema_extra=looks.look(looks.CONDITION, more=True),
    )
    timeout: str = Field(
        default="",
        title="Wait at most",
        description="How long at most, such as `2 days` or `4 business hours`; empty: as long as the run.",
        json_schema_extra=looks.look(looks.DURATION),
    )


@register
class WaitForEventKind(PureKind):
    """Goes on by `received` with the event, or by `timeout`. An event that came since the run's start counts, too."""

    kind = "wait_for_event"
    label = "Wait for an event"
    about = "Waits until something happens, such as a payment, or until it takes too long."
    icon = "hourglass_top"
    step_type = "delay"
    Config = WaitForEventConfig
    outcomes = (RECEIVED, TIMEOUT)
    raw_fields = frozenset({"conditions"})
    listens = True

    def compile(self, config: WaitForEventConfig, *, path: str) -> Any:
        compile_condition(config.conditions, path=f"{path}.conditions")
        # With what its names stand for; what the trace shows is as it was written.
        return config.conditions

    def check(self, config: WaitForEventConfig, *, path: str) -> list[Problem]:
        problems = list(listening_problems(config.event, config.field, config.value, path=path))
        if config.timeout and "{{" not in config.timeout and (problem := duration_problem(config.timeout)):
            problems.append(Problem(f"{path}.timeout", problem))
        return problems

    def run(self, step: StepContext) -> Outcome:
        config: WaitForEventConfig = step.config
        if problem := name_problem(config.event):
            return Fail(f"event: {problem}")
        if config.field and (problem := value_problem(config.value)):
            return Fail(f"value: {problem}")
        try:
            until = after_duration(config.timeout, step.clock) if config.timeout else None
        except RuleError as error:
            return Fail(f"timeout: {error}")
        output: dict[str, Any] = {"event": config.event, "until": until.isoformat() if until else None}
        if config.field:
            output |= {"field": config.field, "value": config.value}
        value = config.value if config.field else None
        return Wait(until=until, output=output, listens=Listening(config.event, config.field, value, step.compiled))

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        if woken_by is None:
            return Done(output={"id": None, "name": step.config.event, "data": None}, handle=TIMEOUT)
        return Done(output=woken_by, handle=RECEIVED)
