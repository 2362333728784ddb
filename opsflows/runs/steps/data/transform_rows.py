"""The rows of the step `transform`: what a field of the result is made of."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from opsflows.rules import Clock, Problem
from opsflows.rules.compare import is_empty
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.comparing import shown
from opsflows.runs.steps.data.conversions import (
    MAX_FORMAT,
    Conversion,
    Manner,
    Wanted,
    convert,
    date_format_problem,
    for_people,
    read_problem,
    write_problem,
)
from opsflows.runs.steps.data.paths import Reader, clashing, path_problem, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig


class RenameRow(StepConfig):
    field: str = Field(
        title="Field", description="What it is called in the input.", json_schema_extra=looks.look(looks.TEXT)
    )
    name: str = Field(
        title="New name", description="What it is called in the result.", json_schema_extra=looks.look(looks.TEXT)
    )


class PeopleFormats(StepConfig):
    date: str = Field(
        default="%m/%d/%Y", max_length=MAX_FORMAT, title="Dates", description="A date; %d day, %m month, %Y year."
    )
    datetime: str = Field(
        default="%m/%d/%Y %I:%M %p",
        max_length=MAX_FORMAT,
        title="Dates with times",
        description="A date with its time; %H or %I hour, %M minute.",
    )
    yes: str = Field(default="Yes", max_length=50, title="True", description="True.")
    no: str = Field(default="No", max_length=50, title="False", description="False.")
    nothing: str = Field(default="", max_length=50, title="Nothing", description="Null, and what is missing.")

    def manner(self, clock: Clock) -> Manner:
        """The same, in the zone of `clock`."""
        return Manner(clock, self.date, self.datetime, self.yes, self.no, self.nothing)


class FieldRow(StepConfig):
    name: str = Field(
        title="Name",
        description="What the field of the result is called; a dot goes deeper: `properties.email`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    field: str = Field(
        default="",
        title="Taken from",
        description="The input's field that it is taken from, such as `created_at`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    value: Any = Field(
        default=None,
        title="Or this value",
        description="A value or a text instead, such as `{{item.first}} {{item.last}}`; `item` is the object itself.",
    )
    convert: Conversion = Field(
        default="",
        title="Becomes",
        description="What it becomes; people: dates, true, false and null as in a table for people.",
        json_schema_extra=looks.look(labels={"": "As it is"}),
    )
    read_as: str = Field(
        default="",
        max_length=MAX_FORMAT,
        title="Date is written as",
        description="date, datetime: how the text says it, such as `%d.%m.%Y`.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    write_as: str = Field(
        default="",
        max_length=MAX_FORMAT,
        title="Write it as",
        description="date, datetime: how to write it, such as `%m/%d/%Y`; boolean: two words, such as `Yes/No`.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )
    separator: str = Field(
        default=",",
        min_length=1,
        max_length=20,
        title="Between parts",
        description="list: what stands between the parts of a text.",
        json_schema_extra=looks.look(more=True),
    )
    decimals: int | None = Field(
        default=None,
        ge=0,
        le=20,
        title="Decimals",
        description="number: decimals to round to, halves up.",
        json_schema_extra=looks.look(more=True),
    )
    default: Any = Field(
        default=None,
        title="Where there is nothing",
        description="What to take where there is nothing; texts may hold variables.",
        json_schema_extra=looks.look(more=True),
    )
    if_wrong: Literal["fail", "default"] = Field(
        default="fail",
        title="When it cannot be converted",
        description="Where the conversion fails: the step fails, or the default is taken.",
        json_schema_extra=looks.look(more=True, labels={"fail": "Fail", "default": "Take what stands for nothing"}),
    )

    def reader(self) -> Reader:
        """How to find its value in the input."""
        return reader(self.field)

    def wanted(self) -> Wanted:
        """What its value is to become."""
        return Wanted(self.convert, self.read_as, self.write_as, self.separator, self.decimals)

    def converted(self, value: Any, wanted: Wanted, manner: Manner | None, default: Callable[[], Any]) -> Any:
        """The field's value in the result; without `manner` it stays as it is. May raise what `default` raises, and
        `DataError`."""
        if self.default is not None and is_empty(value):
            return default()
        if manner is None:
            return shown(value)
        return convert(value, wanted, manner) if self.convert else for_people(value, manner)


def row_problems(
    fields: Sequence[FieldRow], rename: Sequence[RenameRow], people: PeopleFormats, *, path: str
) -> Iterator[Problem]:
    """What is wrong with the rows as they were written."""
    for index, row in enumerate(fields):
        for key, message in _problems(row):
            yield Problem(f"{path}.fields[{index}].{key}", message)
    for index, renamed in enumerate(rename):
        for key, text in (("field", renamed.field), ("name", renamed.name)):
            if not text.strip():
                yield Problem(f"{path}.rename[{index}].{key}", "Name the field.")
    places = [f"{path}.fields[{index}].name" for index in range(len(fields))]
    places += [f"{path}.rename[{index}].name" for index in range(len(rename))]
    names = [row.name for row in fields] + [row.name for row in rename]
    for position, other in clashing(names):
        yield Problem(places[position], f"{excerpt(names[position])} and {excerpt(other)} cannot both be there.")
    for key in ("date", "datetime"):
        if problem := date_format_problem(getattr(people, key)):
            yield Problem(f"{path}.people.{key}", problem)


def _problems(row: FieldRow) -> Iterator[tuple[str, str]]:
    if problem := path_problem(row.name):
        yield "name", problem
    if row.value is None and (problem := path_problem(row.field)):
        yield "field", f"Say where it comes from, a field or a value. {problem}" if not row.field else problem
    if row.value is not None and row.field:
        yield "value", "It has a field as well; keep one of them."
    if row.write_as and (problem := write_problem(row.write_as, row.convert)):
        yield "write_as", problem
    if row.read_as and row.convert not in ("date", "datetime"):
        yield "read_as", "Only dates are read in a way of their own; leave it empty, or convert to date."
    elif row.read_as and (problem := read_problem(row.read_as)):
        yield "read_as", problem
    if row.decimals is not None and row.convert != "number":
        yield "decimals", "Only numbers are rounded; leave it empty, or convert to number."
