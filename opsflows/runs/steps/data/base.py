"""What the data kinds share: a list or an object that comes in, a result that can be given a name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, WithJsonSchema

from opsflows.rules import Problem
from opsflows.rules.arithmetic import ArithmeticFailure
from opsflows.rules.compare import as_number
from opsflows.rules.text import excerpt
from opsflows.runs.steps.data.limits import MAX_ITEMS, Allowance, DataError
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import PureKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome

MAX_ROWS = 200
MAX_NAME = 255

_NAME = re.compile(r"[^\W\d]\w*")
#: What every run knows by these names, and what a formula reads as something else.
_TAKEN = frozenset({"steps", "event", "execution", "item", "and", "or", "not", "true", "false", "null"})
_LONE = re.compile(r"\s*\{\{[^{}]*\}\}\s*")


def _count(value: Any) -> int | str:
    number = as_number(value)
    if number is not None and number >= 0 and number == int(number):
        return int(number)
    if isinstance(value, str) and _LONE.fullmatch(value):
        return value
    raise ValueError("Give a whole number, or one variable that holds one.")


#: A whole number, or a variable that holds one.
Count = Annotated[
    Any,
    AfterValidator(_count),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"\{\{"}]}),
]


class DataConfig(StepConfig):
    save_as: str = Field(
        default="",
        title="Save as",
        description="Name of a variable that gets the result, so that later steps read it as `{{name}}`; left empty, "
        "they read it from this step's output.",
        json_schema_extra=looks.look(looks.TEXT),
    )


class ListConfig(DataConfig):
    items: Any = Field(
        title="List",
        description="The list, usually one variable such as `{{customers}}`.",
        json_schema_extra=looks.look(looks.LIST_PATH),
    )
    optional: bool = Field(
        default=False,
        title="It may be missing",
        description="Take a list that is not there as an empty one, instead of failing.",
        json_schema_extra=looks.look(more=True),
    )


@dataclass(frozen=True, slots=True)
class Worked:
    """What a data step came to: its output, and the part of it that `save_as` names."""

    output: dict[str, Any]
    result: Any
    handle: str = "done"
    variables: Mapping[str, Any] = field(default_factory=dict)


class DataKind(PureKind):
    """A kind that makes one value out of others."""

    Config: ClassVar[type[StepConfig]] = DataConfig

    def work(self, step: StepContext) -> Worked:
        """Do it. May raise `DataError`."""
        raise NotImplementedError

    def problems(self, config: Any, *, path: str) -> Iterator[Problem]:
        """What is wrong with the configuration beside `save_as`."""
        yield from ()

    def check(self, config: Any, *, path: str) -> list[Problem]:
        found = list(self.problems(config, path=path))
        if config.save_as and (problem := name_problem(config.save_as)):
            found.append(Problem(f"{path}.save_as", problem))
        return found

    def sets(self, config: Any) -> Iterable[str]:
        return [config.save_as] if config.save_as else []

    def run(self, step: StepContext) -> Outcome:
        try:
            worked = self.work(step)
            Allowance().take(worked.output)
        except DataError as error:
            return Fail(str(error))
        except ArithmeticFailure:
            return Fail("A number is too large to calculate with.")
        named = {step.config.save_as: worked.result} if step.config.save_as else {}
        return Done(output=worked.output, handle=worked.handle, variables={**worked.variables, **named})


class ListKind(DataKind):
    """A kind that works on a list."""

    Config: ClassVar[type[StepConfig]] = ListConfig

    def check(self, config: Any, *, path: str) -> list[Problem]:
        problem = list_problem(config.items)
        found = [Problem(f"{path}.items", problem)] if problem else []
        return [*found, *super().check(config, path=path)]


def items_of(value: Any, name: str, *, optional: bool = False) -> list[Any]:
    """`value` as a list that is not too long.

    Raises:
        DataError: it is none; `name` is the field that the message names.
    """
    if value is None:
        if optional:
            return []
        raise DataError(
            f"{name}: there is no list; the variable that holds it is missing or empty. Correct its name, or say that "
            "the list is optional."
        )
    if not isinstance(value, list | tuple):
        hint = " A text that holds JSON becomes a list by the step json." if isinstance(value, str) else ""
        raise DataError(f"{name} must be a list, not {excerpt(value)}.{hint}")
    if len(value) > MAX_ITEMS:
        raise DataError(f"{name} has {len(value):,} items; at most {MAX_ITEMS:,} are possible. Take fewer at a time.")
    return list(value)


def input_of(step: StepContext, name: str = "input") -> Any:
    """What the step works on: what its configuration says, or where that says nothing, what the event carries.

    Raises:
        DataError: a variable that was to hold it is missing or empty.
    """
    if name not in step.config.model_fields_set:
        return step.event_data
    value = getattr(step.config, name)
    if value is None:
        raise DataError(f"{name}: there is nothing to work on; the variable that holds it is missing or empty.")
    return value


def whole(value: int | str, name: str, *, low: int, high: int) -> int:
    """A `Count` as it turned out.

    Raises:
        DataError: it is no whole number from `low` to `high`.
    """
    number = as_number(value)
    if number is None or number != int(number) or not low <= number <= high:
        raise DataError(f"{name} must be a whole number from {low} to {high:,}, not {excerpt(value)}.")
    return int(number)


def list_problem(value: Any) -> str | None:
    """What is wrong with a list as an author wrote it."""
    if isinstance(value, list) or (isinstance(value, str) and _LONE.fullmatch(value)):
        return None
    return "Name the list by one variable with nothing around it, for example {{customers}}."


def value_problem(value: Any) -> str | None:
    """What is wrong with an object or a list as an author wrote it."""
    if isinstance(value, list | dict) or (isinstance(value, str) and _LONE.fullmatch(value)):
        return None
    return "Name it by one variable with nothing around it, for example {{customer}}."


def name_problem(name: str) -> str | None:
    """What is wrong with the name of a variable or a result."""
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        return (
            f"{excerpt(name)} is no name; use up to {MAX_NAME} letters, digits and _, with a letter first, for example "
            "health_score."
        )
    if name.lower() in _TAKEN:
        return f"{excerpt(name)} has a meaning of its own; choose another name."
    return None


def doubled(names: list[str]) -> Iterator[tuple[int, str]]:
    """Each name that stood before, with its position."""
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            yield position, name
        seen.add(name)
