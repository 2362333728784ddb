"""Compiled templates: one text (`Template`), or a JSON value full of them (`ValueTemplate`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from liquid.exceptions import LiquidError

from opsflows.rules.clock import Clock
from opsflows.rules.errors import RenderError
from opsflows.rules.lookup import MISSING, Segments, split_path
from opsflows.rules.templates.context import RulesContext
from opsflows.rules.templates.dialect import Piece, to_pieces
from opsflows.rules.templates.fast import find, simple_parts, simple_path
from opsflows.rules.templates.limits import Budget
from opsflows.rules.templates.liquid_env import in_words, liquid_variables, parse_liquid
from opsflows.rules.text import to_text


@dataclass
class Pass:
    """One rendering on its way: what it reads, what it may still cost, what it did not find."""

    scope: Mapping[str, Any]
    clock: Clock
    budget: Budget
    missing: list[str]


Renderer: TypeAlias = Callable[[Pass], Any]


@dataclass(frozen=True)
class Compiled:
    """A renderer and the paths that it reads."""

    render: Renderer
    variables: frozenset[str]


def compile_text(source: str, path: str) -> Compiled:
    """`source` as a text, whatever stands in it."""
    if "{{" not in source and "{%" not in source:
        return constant(source)
    return _compile_pieces(to_pieces(source, path), path)


def compile_typed(source: str, path: str) -> Compiled:
    """Like `compile_text`; but a source that is exactly one ``{{…}}`` keeps its value's type, missing being null."""
    if "{{" not in source and "{%" not in source:
        return constant(source)
    pieces = to_pieces(source, path)
    if len(pieces) != 1 or pieces[0].kind != "output":
        return _compile_pieces(pieces, path)
    simple = simple_path(pieces[0])
    return _compile_path(simple) if simple is not None else _compile_expression(pieces[0], path)


def constant(value: Any) -> Compiled:
    """What needs no rendering."""
    return Compiled(lambda run: value, frozenset())


def _compile_pieces(pieces: list[Piece], path: str) -> Compiled:
    parts = simple_parts(pieces)
    return _compile_liquid(pieces, path) if parts is None else _compile_parts(parts)


def _compile_parts(parts: list[str | Segments]) -> Compiled:
    def render(run: Pass) -> str:
        texts = []
        for part in parts:
            text = part if isinstance(part, str) else to_text(_found(run, part))
            run.budget.write(text)
            texts.append(text)
        return "".join(texts)

    return Compiled(render, frozenset(".".join(part) for part in parts if not isinstance(part, str)))


def _compile_path(path: str) -> Compiled:
    segments = split_path(path)

    def render(run: Pass) -> Any:
        value = _found(run, segments)
        return None if value is MISSING else value

    return Compiled(render, frozenset((path,)))


def _found(run: Pass, segments: Segments) -> Any:
    value = find(run.scope, run.clock, segments)
    if value is MISSING:
        run.missing.append(".".join(segments))
    return value


def _compile_expression(piece: Piece, path: str) -> Compiled:
    template = parse_liquid(piece.source, path)

    def evaluate(context: RulesContext) -> Any:
        value = template.nodes[0].value(context)
        if isinstance(value, str):
            context.budget.write(value)
        return None if value is MISSING else value

    return Compiled(_in_context(template, evaluate), frozenset(liquid_variables(template.nodes)))


def _compile_liquid(pieces: list[Piece], path: str) -> Compiled:
    template = parse_liquid("".join(piece.source for piece in pieces), path)

    def evaluate(context: RulesContext) -> str:
        output = _Output(context.budget)
        for node in template.nodes:
            node.render(context, output)
        return "".join(output.texts)

    return Compiled(_in_context(template, evaluate), frozenset(liquid_variables(template.nodes)))


def _in_context(template: Any, evaluate: Callable[[RulesContext], Any]) -> Renderer:
    def render(run: Pass) -> Any:
        context = RulesContext(template, run.scope, run.clock, run.budget)
        try:
            value = evaluate(context)
        except LiquidError as error:
            raise RenderError(f"The text cannot be rendered: {in_words(error)}.") from None
        run.missing.extend(context.missing)
        return value

    return render


class _Output:
    """Where Liquid writes to; every text is counted before it is kept."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.texts: list[str] = []

    def write(self, text: str) -> int:
        self._budget.write(text)
        self.texts.append(text)
        return len(text)
