"""What the rest of the product uses: texts and values compiled once, rendered for many events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opsflows.rules.clock import Clock
from opsflows.rules.errors import Problem, RuleError
from opsflows.rules.templates.limits import Budget
from opsflows.rules.templates.render import Compiled, Pass, compile_text, compile_typed, constant

MAX_NESTING = 32
MAX_VALUES = 5000
MAX_WARNINGS = 50


@dataclass(frozen=True)
class Rendered:
    """What came out, and what was amiss without being an error."""

    value: Any
    warnings: tuple[str, ...] = ()


class ValueTemplate:
    """A JSON value whose texts are templates. Immutable; one may be used by many threads."""

    __slots__ = ("_compiled",)

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    @property
    def variables(self) -> frozenset[str]:
        """The dotted paths that it reads, date variables among them."""
        return self._compiled.variables

    def render(self, scope: Mapping[str, Any], clock: Clock) -> Rendered:
        """The value for the event in `scope`. The limits hold for all texts in it together.

        Raises:
            RenderError: if a limit was hit or a filter failed.
        """
        run = Pass(scope, clock, Budget(), [])
        value = self._compiled.render(run)
        return Rendered(value, tuple(_warnings(list(dict.fromkeys(run.missing)))))


def _warnings(missing: list[str]) -> Iterator[str]:
    for name in missing[:MAX_WARNINGS]:
        yield f"{name} is not in the event; it was left empty"
    if len(missing) > MAX_WARNINGS:
        yield f"{len(missing) - MAX_WARNINGS} more fields are not in the event; they were left empty"


class Template(ValueTemplate):
    """One text; `Rendered.value` is always a `str`."""


def compile_template(source: str, *, path: str = "") -> Template:
    """The template of one text, which renders to a text whatever stands in it.

    Raises:
        RuleError: for broken syntax, unknown tags or filters, or a text over the limits.
    """
    if not isinstance(source, str):
        raise RuleError.of(path, "must be a text.")
    return Template(compile_text(source, path))


def compile_value(value: Any, *, path: str = "") -> ValueTemplate:
    """The template of any JSON value: each text inside is a template, keys and everything else stay as they are.

    A text that is exactly one ``{{path}}`` or ``{{path | filters}}`` becomes that value with its type: a number stays a
    number, an object an object, and what is missing becomes null.

    Raises:
        RuleError: with the problems of all texts.
    """
    compiler = _Compiler()
    compiled = compiler.compile(value, path, 0)
    if compiler.problems:
        raise RuleError(compiler.problems)
    return ValueTemplate(compiled)


class _Compiler:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._count = 0

    def compile(self, value: Any, path: str, depth: int) -> Compiled:
        self._count += 1
        if depth > MAX_NESTING or self._count > MAX_VALUES:
            limit = f"is nested deeper than {MAX_NESTING} levels" if depth > MAX_NESTING else "holds too many values"
            raise RuleError([*self.problems, Problem(path, f"{limit}.")])
        if isinstance(value, str):
            try:
                return compile_typed(value, path)
            except RuleError as error:
                self.problems.extend(error.problems)
                return constant(value)
        if isinstance(value, dict):
            return self._compile_object(value, path, depth)
        if isinstance(value, list | tuple):
            return self._compile_list(value, path, depth)
        return constant(value)

    def _compile_object(self, value: dict[str, Any], path: str, depth: int) -> Compiled:
        items = {
            key: self.compile(item, f"{path}.{key}" if path else str(key), depth + 1) for key, item in value.items()
        }
        return Compiled(
            lambda run: {key: item.render(run) for key, item in items.items()},
            frozenset().union(*(item.variables for item in items.values())),
        )

    def _compile_list(self, value: list[Any] | tuple[Any, ...], path: str, depth: int) -> Compiled:
        items = [self.compile(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        return Compiled(
            lambda run: [item.render(run) for item in items],
            frozenset().union(*(item.variables for item in items)),
        )
