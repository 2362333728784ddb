"""The kind that works on texts, several operations in a row."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from opsflows.rules import Problem, RuleError
from opsflows.rules.patterns import PatternError
from opsflows.rules.text import excerpt, to_text
from opsflows.runs.steps.data.base import DataConfig, DataKind, Worked
from opsflows.runs.steps.data.limits import MAX_ITEMS, MAX_TEXT, DataError, check_text
from opsflows.runs.steps.data.text_operations import (
    AnyOperation,
    Extract,
    Operation,
    Replace,
    ReplaceMatches,
    Work,
    known_pattern,
)
from opsflows.workflows.kinds import StepContext
from opsflows.workflows.registry import register

#: Characters of all texts of a list together.
_MAX_TOGETHER = 4 * MAX_TEXT


class TextConfig(DataConfig):
    text: Any = Field(title="Text", description="The text, or a list of texts that are each worked on.")
    operations: list[AnyOperation] = Field(
        max_length=30, title="What to do", description="What to do with it, one after the other."
    )


@register
class TextKind(DataKind):
    """Trims, splits, extracts, replaces, shortens and more, one after the other."""

    kind = "text"
    label = "Work on a text"
    about = "Trims, splits, finds, replaces or shortens a text."
    icon = "text_fields"
    Config = TextConfig

    def compile(self, config: TextConfig, *, path: str) -> None:
        wrong = []
        for index, operation in enumerate(config.operations):
            if isinstance(operation, Extract | ReplaceMatches) and (problem := _pattern_problem(operation)):
                wrong.append(Problem(f"{path}.operations[{index}].pattern", problem))
        if wrong:
            raise RuleError(wrong)

    def problems(self, config: TextConfig, *, path: str) -> Iterator[Problem]:
        if not config.operations:
            yield Problem(f"{path}.operations", "Say at least one operation, for example trim.")
        if config.text is None or isinstance(config.text, dict):
            yield Problem(f"{path}.text", "Give a text, a list of texts, or one variable that holds one of them.")
        # A variable alone may hold a list.
        is_list = isinstance(config.text, list) or (None if str(config.text).strip().startswith("{{") else False)
        for index, operation in enumerate(config.operations):
            place = f"{path}.operations[{index}]"
            yield from _row_problems(operation, place, is_list, is_last=index == len(config.operations) - 1)
            is_list = True if operation.makes_list else False if operation.takes_list else is_list

    def work(self, step: StepContext) -> Worked:
        value, work = _given(step.config.text), Work()
        for index, operation in enumerate(step.config.operations):
            try:
                value = _applied(operation, value, work)
            except DataError as error:
                raise DataError(f"operations[{index}] ({operation.do}): {error}") from None
        return Worked({"result": value}, value)


def _row_problems(operation: Operation, place: str, is_list: bool | None, *, is_last: bool) -> Iterator[Problem]:
    if operation.takes_list and is_list is False:
        yield Problem(place, f"{operation.do} needs a list, and there is none yet; put split before it.")
    if operation.makes_list and is_list:
        yield Problem(place, f"There is a list already, so {operation.do} has no text; put join or pick before it.")
    if operation.do == "count_words" and not is_last:
        yield Problem(place, "count_words gives a number, so nothing can follow it; put it last.")
    if isinstance(operation, Replace) and not operation.find:
        yield Problem(f"{place}.find", "Say what to look for.")
    if getattr(operation, "position", 1) == 0:
        yield Problem(f"{place}.position", "1 is the first part and -1 the last; there is no part 0.")


def _pattern_problem(operation: Extract | ReplaceMatches) -> str | None:
    if "{{" in operation.pattern:
        return "must be written out; a variable cannot stand in it."
    try:
        pattern = known_pattern(operation.pattern)
    except PatternError as error:
        return f"is not a usable regular expression: {error}."
    if isinstance(operation, Extract) and operation.group > pattern.groups:
        return f"has {pattern.groups} groups in parentheses, and group {operation.group} is asked for."
    return None


def _given(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple):
        if len(value) > MAX_ITEMS:
            raise DataError(f"text has {len(value):,} items; at most {MAX_ITEMS:,} are possible.")
        if any(isinstance(item, list | tuple | dict) for item in value):
            raise DataError("text must be a text or a list of texts; in the list there are lists or objects.")
        return _each([to_text(item) for item in value])
    if isinstance(value, dict):
        raise DataError(f"text must be a text or a list of texts, not {excerpt(value)}.")
    return check_text(to_text(value), "text")


def _applied(operation: Operation, value: Any, work: Work) -> Any:
    is_list = isinstance(value, list)
    if operation.takes_list and not is_list:
        raise DataError("it needs a list, and this is one text; put split before it.")
    if operation.makes_list and is_list:
        raise DataError("it needs one text, and this is a list; put join or pick before it.")
    if is_list and not operation.takes_list:
        return _each(value, lambda text: operation.apply(text, work))
    result = operation.apply(value, work)
    return check_text(result, "the text") if isinstance(result, str) else result


def _each(texts: list[str], change: Any = None) -> list[Any]:
    """Every text changed, counted on the way, so that a list of long texts is refused before it is there."""
    found, length = [], 0
    for text in texts:
        result = change(text) if change else text
        if isinstance(result, str):
            length += len(check_text(result, "a text of the list"))
        if length > _MAX_TOGETHER:
            raise DataError(f"The texts of the list have more than {_MAX_TOGETHER:,} characters together.")
        found.append(result)
    return found
