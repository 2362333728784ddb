"""The kind that checks an object before anything is done with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from opsflows.rules import Condition, Problem, RuleError
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.base import MAX_ROWS, DataConfig, DataKind, Worked, input_of, value_problem
from opsflows.runs.steps.data.each_item import compile_item_condition, item_scope, says_nothing
from opsflows.runs.steps.data.field_rules import FieldRule, faults, pattern_problem, rule_problems
from opsflows.runs.steps.data.limits import DataError
from opsflows.runs.steps.data.paths import path_problem, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register


class ConditionRow(StepConfig):
    conditions: Any = Field(
        title="This must hold",
        description="What must hold; fields are those of the object, such as `end_date`.",
        json_schema_extra=looks.look(looks.CONDITION),
    )
    message: str = Field(max_length=500, title="Else say", description="What to say where it does not hold.")
    field: str = Field(
        default="",
        title="About the field",
        description="The field that the message is about, if it is about one.",
        json_schema_extra=looks.look(looks.PATH, more=True),
    )


class ValidateConfig(DataConfig):
    input: Any = Field(
        default=None,
        title="What is checked",
        description="The object to check, such as `{{contact}}`; left out, what the event carries.",
    )
    fields: list[FieldRule] = Field(
        default_factory=list, max_length=MAX_ROWS, title="Fields", description="What single fields must be."
    )
    conditions: list[ConditionRow] = Field(
        default_factory=list,
        max_length=100,
        title="Conditions",
        description="What must hold beside that, each with its message.",
    )


@register
class ValidateKind(DataKind):
    """Checks the fields of an object, goes on along `valid` or `invalid`, and lists all that is wrong."""

    kind = "validate"
    label = "Validate fields"
    about = "Checks fields, and goes on by “valid” or “invalid”."
    icon = "rule"
    Config = ValidateConfig
    outcomes = ("valid", "invalid")
    raw_fields = frozenset({"fields", "conditions"})

    def compile(self, config: ValidateConfig, *, path: str) -> Mapping[int, Condition]:
        wrong = [
            Problem(f"{path}.fields[{index}].pattern", problem)
            for index, rule in enumerate(config.fields)
            if rule.pattern and (problem := pattern_problem(rule))
        ]
        if wrong:
            raise RuleError(wrong)
        return {
            index: compile_item_condition(row.conditions, path=f"{path}.conditions[{index}].conditions")
            for index, row in enumerate(config.conditions)
        }

    def problems(self, config: ValidateConfig, *, path: str) -> Iterator[Problem]:
        if not config.fields and not config.conditions:
            yield Problem(f"{path}.fields", "Say what to check: at least one field or condition.")
        if "input" in config.model_fields_set and (problem := value_problem(config.input)):
            yield Problem(f"{path}.input", problem)
        for index, rule in enumerate(config.fields):
            for key, message in rule_problems(rule):
                yield Problem(f"{path}.fields[{index}].{key}", message)
        for index, row in enumerate(config.conditions):
            place = f"{path}.conditions[{index}]"
            if says_nothing(row.conditions):
                yield Problem(f"{place}.conditions", "Say what must hold.")
            if not row.message.strip():
                yield Problem(f"{place}.message", "Say what is wrong where it does not hold.")
            if row.field and (problem := path_problem(row.field)):
                yield Problem(f"{place}.field", problem)

    def work(self, step: StepContext) -> Worked:
        config: ValidateConfig = step.config
        given = input_of(step)
        if not isinstance(given, Mapping):
            raise DataError(f"input must be an object, not {excerpt(given)}; a list is checked item by item.")
        problems = [
            {"field": rule.field, "message": message}
            for rule in config.fields
            for message in faults(rule, reader(rule.field)(given), step.clock)
        ]
        scope = item_scope(step.scope, given)
        for index, row in enumerate(config.conditions):
            if not step.compiled[index].matches(scope, step.clock):
                problems.append({"field": row.field, "message": row.message})
        is_valid = not problems
        output = {"valid": is_valid, "problems": problems, "count": len(problems)}
        return Worked(output, problems, handle="valid" if is_valid else "invalid")
