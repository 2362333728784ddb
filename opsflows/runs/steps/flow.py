"""Kinds that steer: condition, split, stop."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Condition, Problem, compile_condition, equals
from opsflows.rules.compare import as_number
from opsflows.runs.steps.ways import name_problems
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome
from opsflows.workflows.registry import register

ELSE = "else"
MAX_CASES = 50


class Case(StepConfig):
    name: str = Field(title="Name", description="What the way out is called.", json_schema_extra=looks.look(looks.TEXT))
    conditions: Any = Field(
        default=None,
        title="If",
        description="A condition as in Rules; the first case that holds is taken.",
        json_schema_extra=looks.look(looks.CONDITION),
    )
    equals: Any = Field(default=None, title="Or the value is", description="Or: the value of the step is this.")
    start: Decimal | None = Field(
        default=None, alias="from", title="Or it is at least", description="Or: the value is at least this …"
    )
    end: Decimal | None = Field(default=None, alias="to", title="… and less than", description="… and less than this.")

    @property
    def is_band(self) -> bool:
        return self.start is not None or self.end is not None


class ConditionConfig(StepConfig):
    conditions: Any = Field(
        default=None,
        title="If",
        description="A condition as in Rules: logic and rules.",
        json_schema_extra=looks.look(looks.CONDITION),
    )
    value: Any = Field(
        default=None,
        title="Value to compare",
        description="What the cases compare with, such as `{{steps.score.output.total}}`.",
        json_schema_extra=looks.look(more=True),
    )
    cases: list[Case] = Field(
        default_factory=list,
        title="Cases",
        description="Named ways out; what fits none goes by “else”.",
        json_schema_extra=looks.look(more=True),
    )


@register
class ConditionKind(PureKind):
    """If/else along `true` or `false`; or named cases, tried in order. Shows each comparison with the value it saw."""

    kind = "condition"
    label = "Check a condition"
    about = "Goes one way or another, by what holds."
    icon = "call_split"
    step_type = "condition"
    Config = ConditionConfig
    outcomes = ("true", "false")
    raw_fields = frozenset({"conditions", "cases"})

    def ways_out(self, config: ConditionConfig) -> tuple[str, ...]:
        return (*(case.name for case in config.cases), ELSE) if config.cases else self.outcomes

    def compile(self, config: ConditionConfig, *, path: str) -> Condition | dict[str, Condition]:
        if not config.cases:
            return compile_condition(config.conditions, path=f"{path}.conditions")
        return {
            case.name: compile_condition(case.conditions, path=f"{path}.cases[{index}].conditions")
            for index, case in enumerate(config.cases)
            if case.conditions is not None
        }

    def check(self, config: ConditionConfig, *, path: str) -> list[Problem]:
        if config.cases and config.conditions is not None:
            return [Problem(f"{path}.conditions", "Give either conditions (true, false) or cases, not both.")]
        if len(config.cases) > MAX_CASES:
            return [Problem(f"{path}.cases", f"At most {MAX_CASES} cases are possible; this has {len(config.cases)}.")]
        names = [case.name for case in config.cases]
        return [
            *name_problems(names, path=f"{path}.cases", taken={ELSE}),
            *(
                problem
                for index, case in enumerate(config.cases)
                for problem in _case_problems(config, case, index, path)
            ),
        ]

    def run(self, step: StepContext) -> Outcome:
        if step.config.cases:
            return _first_case(step)
        explanation = step.compiled.explain(step.scope, step.clock)
        return Done(
            output={"result": explanation.truth, "explanation": explanation.as_json()},
            handle="true" if explanation.truth else "false",
        )


def _case_problems(config: ConditionConfig, case: Case, index: int, path: str) -> Iterator[Problem]:
    here = f"{path}.cases[{index}]"
    ways = [case.conditions is not None, case.equals is not None, case.is_band]
    if sum(ways) != 1:
        yield Problem(here, "Say when it is taken: by conditions, by equals, or by from and to; one of them.")
    elif case.conditions is None and config.value is None:
        yield Problem(f"{path}.value", "Name the value that the cases compare with, such as `{{amount}}`.")
    if case.start is not None and case.end is not None and case.start >= case.end:
        yield Problem(f"{here}.to", "Must be greater than from.")


def _first_case(step: StepContext) -> Outcome:
    tried: list[dict[str, Any]] = []
    for case in step.config.cases:
        if case.conditions is not None:
            explanation = step.compiled[case.name].explain(step.scope, step.clock)
            holds = explanation.truth
            tried.append({"case": case.name, "result": holds, "explanation": explanation.as_json()})
        else:
            holds = _fits(case, step.config.value)
            tried.append({"case": case.name, "result": holds})
        if holds:
            return Done(output={"case": case.name, "value": step.config.value, "tried": tried}, handle=case.name)
    return Done(output={"case": ELSE, "value": step.config.value, "tried": tried}, handle=ELSE)


def _fits(case: Case, value: Any) -> bool:
    if not case.is_band:
        return equals(value, case.equals)
    number = as_number(value)
    if number is None:
        return False
    return (case.start is None or number >= case.start) and (case.end is None or number < case.end)


class Variant(StepConfig):
    name: str = Field(title="Name", description="What the way out is called.", json_schema_extra=looks.look(looks.TEXT))
    weight: int = Field(
        default=1, ge=0, le=1_000_000, title="Share", description="Its share, beside the weights of the others."
    )


class SplitConfig(StepConfig):
    variants: list[Variant] = Field(
        default_factory=list, title="Ways", description="The ways out, each with its share."
    )
    key: str = Field(
        default="",
        title="Always the same way for",
        description="Who always gets the same, such as `{{email}}`; empty: every run anew.",
        json_schema_extra=looks.look(more=True),
    )


@register
class SplitKind(PureKind):
    """Sends runs different ways by weight (A/B). The same key always goes the same way."""

    kind = "split"
    label = "Split (A/B)"
    about = "Sends a share of the runs this way and the others that way."
    icon = "alt_route"
    step_type = "condition"
    Config = SplitConfig
    outcomes = ("a", "b")

    def ways_out(self, config: SplitConfig) -> tuple[str, ...]:
        return tuple(variant.name for variant in config.variants) or self.outcomes

    def check(self, config: SplitConfig, *, path: str) -> list[Problem]:
        if not 2 <= len(config.variants) <= MAX_CASES:
            return [Problem(f"{path}.variants", f"Name 2 to {MAX_CASES} ways, each with its weight.")]
        if not sum(variant.weight for variant in config.variants):
            return [Problem(f"{path}.variants", "At least one weight must be greater than 0.")]
        return list(name_problems([variant.name for variant in config.variants], path=f"{path}.variants"))

    def run(self, step: StepContext) -> Outcome:
        config: SplitConfig = step.config
        key = config.key.strip() or str(step.execution_id)
        # The step is part of it: two splits of one workflow draw independently.
        digest = hashlib.sha256(f"{step.workflow_id}:{step.node_id}:{key}".encode()).digest()
        drawn = int.from_bytes(digest[:8]) * sum(variant.weight for variant in config.variants) >> 64
        for variant in config.variants:
            drawn -= variant.weight
            if drawn < 0:
                break
        return Done(output={"variant": variant.name, "key": key}, handle=variant.name)


class StopConfig(StepConfig):
    outcome: Literal["success", "failure"] = Field(
        default="success",
        title="The run ends as a",
        description="How the run counts.",
        json_schema_extra=looks.look(labels={"success": "Success", "failure": "Failure"}),
    )
    reason: str = Field(default="", title="Reason", description="What the run's page says.")


@register
class StopKind(PureKind):
    """Ends the run here, as a success or as a failure; inside of a branch, or of an item of a list, that alone."""

    kind = "stop"
    label = "Stop"
    about = "Ends the run here, as a success or a failure."
    icon = "stop_circle"
    Config = StopConfig
    outcomes = ()

    def run(self, step: StepContext) -> Outcome:
        if step.config.outcome == "failure":
            return Fail(step.config.reason or "The workflow stopped here as a failure.", final=True)
        return Done(output={"reason": step.config.reason}, handle="stopped")
