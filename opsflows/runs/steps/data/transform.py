"""The kind that brings an object, or each of a list, into another shape."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from opsflows.rules import Problem, RenderError, ValueTemplate, compile_value
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.base import MAX_ROWS, DataConfig, DataKind, Worked, input_of, items_of, value_problem
from opsflows.runs.steps.data.conversions import Manner, for_people
from opsflows.runs.steps.data.each_item import item_scope
from opsflows.runs.steps.data.limits import Allowance, DataError
from opsflows.runs.steps.data.paths import ITEM, place
from opsflows.runs.steps.data.transform_rows import FieldRow, PeopleFormats, RenameRow, row_problems
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register

#: Failed conversions, and warnings, that the output names.
_MOST_NAMED = 100
#: What of a row may hold variables; each is rendered with the item.
_VALUE, _DEFAULT = "value", "default"


class TransformConfig(DataConfig):
    input: Any = Field(
        default=None,
        title="Object or list",
        description="The object, or a list of objects, such as `{{customers}}`; left out, what the event carries.",
    )
    fields: list[FieldRow] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        title="Fields of the result",
        description="The fields of the result, one a row.",
    )
    rename: list[RenameRow] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        title="Renamed fields",
        description="Fields that get another name and are else as they were.",
    )
    others: Literal["drop", "keep"] = Field(
        default="drop",
        title="All other fields",
        description="What becomes of the input's other fields: only those named here, or all.",
        json_schema_extra=looks.look(labels={"drop": "Leave them out", "keep": "Keep them"}),
    )
    keep: list[str] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        title="Others that stay",
        description="Other fields that stay, where the rest is dropped.",
        json_schema_extra=looks.look(more=True),
    )
    drop: list[str] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        title="Others that go",
        description="Fields that go, where the rest is kept.",
        json_schema_extra=looks.look(more=True),
    )
    all_for_people: bool = Field(
        default=False,
        title="Write all values for people",
        description="Write every value that has no conversion of its own for people, as in a table.",
        json_schema_extra=looks.look(more=True),
    )
    people: PeopleFormats = Field(
        default_factory=PeopleFormats,
        title="How people read them",
        description="How dates, true, false and nothing are written for people.",
        json_schema_extra=looks.look(more=True),
    )
    zone: str = Field(
        default="",
        title="Time zone",
        description="Time zone of dates, such as UTC; left empty, the account's.",
        json_schema_extra=looks.look(looks.TEXT, more=True),
    )


@register
class TransformKind(DataKind):
    """Maps, renames, converts and drops fields, of one object or of each in a list."""

    kind = "transform"
    label = "Transform data"
    about = "Renames, converts and picks fields, of one object or a whole list."
    icon = "transform"
    Config = TransformConfig
    raw_fields = frozenset({"fields"})

    def compile(self, config: TransformConfig, *, path: str) -> Mapping[str, ValueTemplate]:
        # One by one, so that a problem names its row; each is rendered with the item.
        return {
            _template_name(row, key): compile_value(text, path=f"{path}.fields[{index}].{key}")
            for index, row in enumerate(config.fields)
            for key, text in ((_VALUE, row.value), (_DEFAULT, row.default))
            if text is not None
        }

    def problems(self, config: TransformConfig, *, path: str) -> Iterator[Problem]:
        if not (config.fields or config.rename or config.keep or config.others == "keep"):
            yield Problem(f"{path}.fields", "Name at least one field of the result.")
        if "input" in config.model_fields_set and (problem := value_problem(config.input)):
            yield Problem(f"{path}.input", problem)
        if config.zone and "{{" not in config.zone and _zone(config.zone) is None:
            yield Problem(f"{path}.zone", f"{excerpt(config.zone)} is no time zone; write for example Europe/Berlin.")
        if config.keep and config.others == "keep":
            yield Problem(f"{path}.keep", "All others are kept anyway; take it out, or drop the others.")
        if config.drop and config.others == "drop":
            yield Problem(f"{path}.drop", "All others are dropped anyway; take it out, or keep the others.")
        yield from row_problems(config.fields, config.rename, config.people, path=path)

    def work(self, step: StepContext) -> Worked:
        given, shape = input_of(step), _Shape(step)
        if not isinstance(given, list | tuple):
            result = shape.of(given, "")
            return Worked({"item": result, **shape.told()}, result)
        results = [shape.of(item, f"item {index + 1}: ") for index, item in enumerate(items_of(given, "input"))]
        return Worked({"items": results, "count": len(results), **shape.told()}, results)


class _Shape:
    """What every item is brought into."""

    def __init__(self, step: StepContext) -> None:
        config: TransformConfig = step.config
        self.config = config
        self.step = step
        self.allowance = Allowance()
        self.defaulted: list[dict[str, Any]] = []
        self.warnings: dict[str, None] = {}
        clock = step.clock if not config.zone else replace(step.clock, zone=_known_zone(config.zone))
        self.manner = config.people.manner(clock)
        self._scope = item_scope(step.scope, None)
        self._renamed = {row.field: row.name for row in config.rename}
        self._kept, self._dropped = frozenset(config.keep), frozenset(config.drop)
        self._rows = [(row, row.wanted(), self._source(row), self._default(row)) for row in config.fields]

    def of(self, item: Any, place_in_list: str) -> dict[str, Any]:
        """The result for one item.

        Raises:
            DataError: a conversion fails, or all results together are too large.
        """
        result = self._others(item, place_in_list)
        self._scope[ITEM] = item
        for row, wanted, source, default in self._rows:
            try:
                place(result, row.name, row.converted(source(item), wanted, self._manner_of(row), default))
            except (DataError, RenderError) as error:
                if row.if_wrong == "fail":
                    raise DataError(f"{place_in_list}{row.name}: {error}") from None
                place(result, row.name, default())
                self._note(f"{place_in_list}{row.name}", str(error))
        self.allowance.take(result)
        return result

    def told(self) -> dict[str, Any]:
        """What the output says beside the results."""
        return {"defaulted": self.defaulted, "warnings": [*self.warnings][:_MOST_NAMED]}

    def _source(self, row: FieldRow) -> Callable[[Any], Any]:
        """How the row's value is found; texts read `_scope`."""
        if row.value is None:
            return row.reader()
        return self._rendering(row, _VALUE)

    def _default(self, row: FieldRow) -> Callable[[], Any]:
        """What is taken instead of the value, which is looked at only where it is needed."""
        if row.default is None:
            return lambda: None
        render = self._rendering(row, _DEFAULT)

        def default() -> Any:
            try:
                return render(None)
            except RenderError as error:
                raise DataError(f"default of {row.name}: {error}") from None

        return default

    def _rendering(self, row: FieldRow, key: str) -> Callable[[Any], Any]:
        template: ValueTemplate = self.step.compiled[_template_name(row, key)]

        def render(_: Any) -> Any:
            rendered = template.render(self._scope, self.step.clock)
            # An item may lack a field; a name without "item." that is nowhere was probably meant to be the item's.
            found = (warning for warning in rendered.warnings if not warning.startswith(f"{ITEM}."))
            self.warnings.update(dict.fromkeys(found))
            return rendered.value

        return render

    def _manner_of(self, row: FieldRow) -> Manner | None:
        return self.manner if row.convert or self.config.all_for_people else None

    def _others(self, item: Any, place_in_list: str) -> dict[str, Any]:
        """What stays of the input, under its new names; those win over old ones."""
        config = self.config
        if not isinstance(item, Mapping):
            if config.others == "keep" or config.keep or config.rename:
                raise DataError(f"{place_in_list}{excerpt(item)} is no object, so it has no fields to keep.")
            return {}
        if config.others == "keep":
            names = [name for name in item if name not in self._dropped]
        else:
            names = [name for name in item if name in self._kept or name in self._renamed]
        taken = {name: item[name] for name in names if name not in self._renamed}
        taken |= {self._renamed[name]: item[name] for name in names if name in self._renamed}
        if not config.all_for_people:
            return taken
        return {name: for_people(value, self.manner) for name, value in taken.items()}

    def _note(self, field: str, message: str) -> None:
        if len(self.defaulted) < _MOST_NAMED:
            self.defaulted.append({"field": field, "message": message})


def _template_name(row: FieldRow, key: str) -> str:
    return f"{row.name} {key}"


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _known_zone(name: str) -> ZoneInfo:
    if (zone := _zone(name)) is None:
        raise DataError(f"zone: {excerpt(name)} is no time zone; write for example Europe/Berlin.")
    return zone
