"""The kind that sets variables: values and formulas."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from opsflows.rules import Problem
from opsflows.rules.formulas import Formula, compile_formula
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Outcome, Scope
from opsflows.workflows.registry import register

#: What the column of a variable's name holds.
MAX_NAME = 255


class SetConfig(StepConfig):
    values: dict[str, Any] = Field(
        default_factory=dict,
        title="Values",
        description="Names and the values they get.",
        json_schema_extra=looks.look(looks.PAIRS),
    )
    formulas: dict[str, str] = Field(
        default_factory=dict,
        title="Formulas",
        description="Names and the formulas that give their values.",
        json_schema_extra=looks.look(looks.PAIRS, more=True),
    )
    scope: Scope = Field(
        default="global",
        title="Who reads them",
        description="Who reads them by name: the whole run, this branch or item, or nobody but by the step's output.",
        json_schema_extra=looks.look(
            more=True,
            labels={"global": "The whole run", "local": "This branch or item", "step": "Only by this step's answer"},
        ),
    )


@register
class SetKind(PureKind):
    """Sets variables for the steps that follow: values (texts with `{{…}}`, lists, objects) and formulas."""

    kind = "set"
    label = "Set values"
    about = "Sets values that later steps can use."
    icon = "edit_note"
    Config = SetConfig
    raw_fields = frozenset({"formulas"})

    def compile(self, config: SetConfig, *, path: str) -> Mapping[str, Formula]:
        return {
            name: compile_formula(source, path=f"{path}.formulas.{name}") for name, source in config.formulas.items()
        }

    def check(self, config: SetConfig, *, path: str) -> list[Problem]:
        if not config.values and not config.formulas:
            return [Problem(f"{path}.values", "Name at least one value or formula.")]
        names = [*config.values, *config.formulas]
        if long := [name for name in names if not 0 < len(name) <= MAX_NAME]:
            return [Problem(f"{path}.values", f"A name has 1 to {MAX_NAME} characters: {long[0][:40]!r} has not.")]
        twice = sorted(config.values.keys() & config.formulas.keys())
        return [Problem(f"{path}.formulas.{name}", "This name also has a value; keep one of them.") for name in twice]

    def sets(self, config: SetConfig) -> Iterable[str]:
        return (*config.values, *config.formulas)

    def run(self, step: StepContext) -> Outcome:
        values = dict(step.config.values)
        for name, formula in step.compiled.items():
            values[name] = formula.evaluate({**step.scope, **values}, step.clock)
        return Done(output=values, variables=values, scope=step.config.scope)
