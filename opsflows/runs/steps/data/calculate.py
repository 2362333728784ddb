"""The kind that calculates: figures over lists, then formulas."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from opsflows.rules import Formula, FormulaError, Problem, compile_formula
from opsflows.rules.arithmetic import rounded, to_decimal
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.aggregates import Function, figure, grouped
from opsflows.runs.steps.data.base import (
    MAX_ROWS,
    DataConfig,
    DataKind,
    Worked,
    doubled,
    items_of,
    list_problem,
    name_problem,
)
from opsflows.runs.steps.data.limits import DataError
from opsflows.runs.steps.data.paths import ITEM, path_problem, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register

_DECIMALS = Field(
    default=None,
    ge=0,
    le=20,
    title="Decimals",
    description="Decimals to round to, halves up; left out: not rounded.",
    json_schema_extra=looks.look(more=True),
)


class AggregateRow(StepConfig):
    name: str = Field(
        title="Name",
        description="What the figure is called in formulas and later steps, such as `avg`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    function: Function = Field(
        title="Figure",
        description="standard_deviation is that of a sample, as STDEV in spreadsheets; standard_deviation_of_all that "
        "of a whole, as STDEVP.",
    )
    items: Any = Field(
        title="List",
        description="The list, one variable such as `{{history}}`.",
        json_schema_extra=looks.look(looks.LIST_PATH),
    )
    field: str = Field(
        default=ITEM,
        title="Field",
        description="The field of each item, such as `amount`; `item` for the item itself.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    group_by: str = Field(
        default="",
        title="For each",
        description="One figure for each value of this field, as a list of group, value and count.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    decimals: int | None = _DECIMALS
    if_empty: Any = Field(
        default=None,
        title="Where there is nothing",
        description="The figure where there is nothing to calculate it from.",
        json_schema_extra=looks.look(more=True),
    )
    optional: bool = Field(
        default=False,
        title="The list may be missing",
        description="Take a list that is not there as an empty one.",
        json_schema_extra=looks.look(more=True),
    )


class FormulaRow(StepConfig):
    name: str = Field(
        title="Name",
        description="What the result is called, such as `health_score`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    formula: str = Field(
        title="Formula", description="For example `usage * 0.4 + satisfaction * 0.3`; it may use the names before it."
    )
    decimals: int | None = _DECIMALS


class CalculateConfig(DataConfig):
    aggregates: list[AggregateRow] = Field(
        default_factory=list,
        max_length=50,
        title="Figures over lists",
        description="Figures over lists; they come first.",
    )
    formulas: list[FormulaRow] = Field(
        default_factory=list, max_length=MAX_ROWS, title="Formulas", description="Formulas, each with those before it."
    )


@register
class CalculateKind(DataKind):
    """Calculates figures and formulas; each result is a variable of its name for the steps that follow."""

    kind = "calculate"
    label = "Calculate"
    about = "Totals, averages and formulas, for later steps to use."
    icon = "calculate"
    Config = CalculateConfig
    raw_fields = frozenset({"formulas"})

    def compile(self, config: CalculateConfig, *, path: str) -> Mapping[str, Formula]:
        return {
            row.name: compile_formula(row.formula, path=f"{path}.formulas[{index}].formula")
            for index, row in enumerate(config.formulas)
        }

    def problems(self, config: CalculateConfig, *, path: str) -> Iterator[Problem]:
        if not config.aggregates and not config.formulas:
            yield Problem(f"{path}.formulas", "Write at least one formula or one figure over a list.")
        places = [f"{path}.aggregates[{index}]" for index in range(len(config.aggregates))]
        places += [f"{path}.formulas[{index}]" for index in range(len(config.formulas))]
        names = [row.name for row in config.aggregates] + [row.name for row in config.formulas]
        for place, name in zip(places, names, strict=True):
            if problem := name_problem(name):
                yield Problem(f"{place}.name", problem)
        for position, name in doubled(names):
            yield Problem(f"{places[position]}.name", f"Two results are called {excerpt(name)}; give one another name.")
        for place, row in zip(places, config.aggregates, strict=False):
            if problem := list_problem(row.items):
                yield Problem(f"{place}.items", problem)
            if problem := path_problem(row.field):
                yield Problem(f"{place}.field", problem)
            if row.group_by and (problem := path_problem(row.group_by)):
                yield Problem(f"{place}.group_by", problem)

    def sets(self, config: CalculateConfig) -> Iterable[str]:
        names = [row.name for row in config.aggregates] + [row.name for row in config.formulas]
        return [*names, *super().sets(config)]

    def work(self, step: StepContext) -> Worked:
        config: CalculateConfig = step.config
        results: dict[str, Any] = {}
        for index, wanted in enumerate(config.aggregates):
            results[wanted.name] = _aggregate(wanted, f"aggregates[{index}]")
        for row in config.formulas:
            try:
                value = step.compiled[row.name].evaluate({**step.scope, **results}, step.clock)
            except FormulaError as error:
                raise DataError(f"{row.name}: {error}") from None
            results[row.name] = value if row.decimals is None else _rounded(value, row)
        return Worked(results, results, variables=results)


def _aggregate(row: AggregateRow, place: str) -> Any:
    items = items_of(row.items, f"{place}.items", optional=row.optional)
    read = reader(row.field)

    def of(part: list[Any]) -> Any:
        found = figure(part, row.function, read, name=f"{row.name}: {row.field}", digits=row.decimals)
        return row.if_empty if found is None else found

    if not row.group_by:
        return of(items)
    groups = grouped(items, reader(row.group_by))
    return [{"group": value, "value": of(part), "count": len(part)} for value, part in groups]


def _rounded(value: Any, row: FormulaRow) -> Any:
    number = to_decimal(value)
    if number is None or row.decimals is None:
        raise DataError(f"{row.name} is {excerpt(value)}, which is no number to round; leave its decimals empty.")
    return rounded(number, row.decimals)
