"""The kind that reads JSON, picks out of it, builds it and writes it."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import Field

from opsflows.jsontext import JsonError, dump_json, parse_json
from opsflows.rules import Problem
from opsflows.rules.compare import is_empty
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.base import MAX_ROWS, DataConfig, DataKind, Worked, doubled, input_of, value_problem
from opsflows.runs.steps.data.limits import Allowance, DataError
from opsflows.runs.steps.data.paths import clashing, path_problem, place, reader
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import StepConfig, StepContext
from opsflows.workflows.registry import register

MAX_JSON = 1_000_000


class PickRow(StepConfig):
    name: str = Field(
        title="Name",
        description="What the value is called in the result; a dot goes one object deeper.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    field: str = Field(
        title="Field",
        description="Where it stands, such as `data.object.lines.0.price`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    default: Any = Field(
        default=None,
        title="Where there is nothing",
        description="What to take where there is nothing.",
        json_schema_extra=looks.look(more=True),
    )
    required: bool = Field(
        default=False,
        title="It has to be there",
        description="Fail where there is nothing.",
        json_schema_extra=looks.look(more=True),
    )


class BuildRow(StepConfig):
    name: str = Field(
        title="Name",
        description="What the value is called; a dot goes one object deeper: `properties.email`.",
        json_schema_extra=looks.look(looks.TEXT),
    )
    value: Any = Field(title="Value", description="The value, such as `{{customer.email}}`.")


class JsonConfig(DataConfig):
    do: Literal["parse", "pick", "build", "write"] = Field(
        title="What to do",
        description="parse: a text becomes what it says; pick: some fields of an object; build: an object out of "
        "values; write: a value becomes a text.",
        json_schema_extra=looks.look(
            labels={"parse": "Read a text", "pick": "Pick fields", "build": "Build an object", "write": "Write as text"}
        ),
    )
    text: Any = Field(default=None, title="Text", description="parse: the text.")
    input: Any = Field(
        default=None,
        title="Object or list",
        description="pick, write: the object or list; left out, what the event carries.",
    )
    fields: list[PickRow] = Field(
        default_factory=list,
        max_length=MAX_ROWS,
        title="Fields to pick",
        description="pick, and where wanted parse: what to take.",
    )
    values: list[BuildRow] = Field(
        default_factory=list, max_length=MAX_ROWS, title="Values to put in", description="build: what to put in."
    )


#: What each use needs, and what else it takes.
_USES: dict[str, tuple[str | None, frozenset[str]]] = {
    "parse": ("text", frozenset({"fields"})),
    "pick": ("fields", frozenset({"input"})),
    "build": ("values", frozenset()),
    "write": (None, frozenset({"input"})),
}


@register
class JsonKind(DataKind):
    """Reads a text as JSON, strictly; picks fields by their path; builds an object; writes a value as JSON."""

    kind = "json"
    label = "Read or build JSON"
    about = "Takes a text with JSON apart, or puts one together."
    icon = "data_object"
    Config = JsonConfig

    def problems(self, config: JsonConfig, *, path: str) -> Iterator[Problem]:
        needs, takes = _USES[config.do]
        given = {name for name in ("text", "input", "fields", "values") if getattr(config, name) not in (None, [], "")}
        if needs and needs not in given:
            yield Problem(f"{path}.{needs}", f"{config.do} needs it.")
        for name in sorted(given - takes - {needs}):
            yield Problem(f"{path}.{name}", f"{config.do} does not use it; take it out.")
        if "input" in given & takes and (problem := value_problem(config.input)):
            yield Problem(f"{path}.input", problem)
        for index, row in enumerate(config.fields):
            if problem := path_problem(row.field):
                yield Problem(f"{path}.fields[{index}].field", problem)
        yield from _name_problems([row.name for row in config.fields], f"{path}.fields")
        yield from _name_problems([row.name for row in config.values], f"{path}.values")

    def work(self, step: StepContext) -> Worked:
        value = _DO[step.config.do](step)
        return Worked({"result": value}, value)


def _name_problems(names: list[str], path: str) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if problem := path_problem(name):
            yield Problem(f"{path}[{index}].name", problem)
    twice = {position for position, _ in doubled(names)}
    for position, other in clashing(names):
        said = "is there twice" if position in twice else f"and {excerpt(other)} cannot both be there"
        yield Problem(f"{path}[{position}].name", f"{excerpt(names[position])} {said}; give one another name.")


def _parse(step: StepContext) -> Any:
    text = step.config.text
    if not isinstance(text, str):
        hint = " It was read already; pick takes fields out of it." if isinstance(text, list | dict) else ""
        raise DataError(f"text must be a text that holds JSON, not {excerpt(text)}.{hint}")
    if len(text) > MAX_JSON:
        raise DataError(f"text has {len(text):,} characters; at most {MAX_JSON:,} are possible.")
    try:
        value = parse_json(text)
    except JsonError as error:
        raise DataError(f"text: {error}") from None
    return _picked(value, step.config.fields) if step.config.fields else value


def _pick(step: StepContext) -> Any:
    return _picked(input_of(step), step.config.fields)


def _picked(value: Any, rows: list[PickRow]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, row in enumerate(rows):
        taken = reader(row.field)(value)
        if is_empty(taken):
            if row.required:
                raise DataError(f"fields[{index}]: {row.field} is missing or empty.")
            taken = row.default
        place(found, row.name, taken)
    return found


def _build(step: StepContext) -> Any:
    built: dict[str, Any] = {}
    for row in step.config.values:
        place(built, row.name, row.value)
    return built


def _write(step: StepContext) -> str:
    value = input_of(step)
    Allowance().take(value)
    text = dump_json(value)
    if len(text) > MAX_JSON:
        raise DataError(f"The text would have {len(text):,} characters; at most {MAX_JSON:,} are possible.")
    return text


_DO: dict[str, Callable[[StepContext], Any]] = {"parse": _parse, "pick": _pick, "build": _build, "write": _write}
