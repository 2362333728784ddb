"""Liquid set up for authors we do not trust: no loaders, no assignments, our filters, and errors in plain words."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import takewhile
from typing import Any

from liquid import Environment
from liquid.ast import Node
from liquid.builtin.expressions import Filter, FilteredExpression, KeywordArgument, Path
from liquid.exceptions import LiquidError, UnknownFilterError
from liquid.expression import Expression
from liquid.filter import with_context
from liquid.template import BoundTemplate

from opsflows.rules.errors import RenderError, RuleError
from opsflows.rules.templates.context import RulesContext, plain
from opsflows.rules.templates.filters import FILTERS, FilterFunction
from opsflows.rules.templates.limits import MAX_DEPTH, check_length
from opsflows.rules.templates.tags import register_tags
from opsflows.rules.text import excerpt


class _Environment(Environment):
    block_nesting_limit = MAX_DEPTH + 5
    context_depth_limit = MAX_DEPTH + 10
    suppress_blank_control_flow_blocks = False
    shorthand_indexes = True

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        register_tags(self)
        for name, function in FILTERS.items():
            self.add_filter(name, _guarded(name, function))


def parse_liquid(source: str, path: str) -> BoundTemplate:
    """The parsed template.

    Raises:
        RuleError: for broken syntax, an unknown filter, or one with too few or too many arguments.
    """
    try:
        template = _ENVIRONMENT.from_string(source)
    except UnknownFilterError as error:
        raise RuleError.of(path, _unknown_filter(str(error).split("'")[1])) from None
    except (LiquidError, RecursionError) as error:
        raise RuleError.of(path, f"The text cannot be read: {in_words(error)}.") from None
    for expression in _expressions(template.nodes):
        if isinstance(expression, FilteredExpression):
            for used in expression.filters or ():
                _check_filter(used, path)
    return template


def liquid_variables(nodes: Iterable[Node], bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """The dotted paths that `nodes` read from the event; `bound` are the names of the loops around them."""
    for node in nodes:
        for expression in _expressions(node.expressions()):
            if isinstance(expression, Path) and expression.path[0] not in bound:
                yield ".".join(str(segment) for segment in takewhile(_is_plain, expression.path))
        inside = bound.union(str(name) for name in node.block_scope())
        yield from liquid_variables(node.children(None), inside)


def _is_plain(segment: object) -> bool:
    return isinstance(segment, str | int)


def _guarded(name: str, function: FilterFunction) -> Callable[..., Any]:
    """`function` as Liquid calls it: plain values in, the budget charged, failures in words."""
    wants_clock = next(iter(inspect.signature(function).parameters), "") == "clock"

    def apply(*values: Any, context: RulesContext) -> Any:
        arguments = [plain(value) for value in values]
        context.budget.read(*arguments)
        try:
            result = function(context.clock, *arguments) if wants_clock else function(*arguments)
        except ArithmeticError:
            raise RenderError(
                f"The filter {name} cannot calculate this: {' and '.join(map(excerpt, arguments))}."
            ) from None
        if isinstance(result, str):
            check_length(len(result), f"The filter {name}")
        return result

    with_context(apply)
    return apply


def _check_filter(used: Filter, path: str) -> None:
    function = FILTERS.get(used.name)
    if function is None:
        raise RuleError.of(path, _unknown_filter(used.name))
    signature = inspect.signature(function)
    parameters = [name for name in signature.parameters if name != "clock"]
    needed = sum(p.default is p.empty for name, p in signature.parameters.items() if name != "clock") - 1
    given, most = len(used.args), len(parameters) - 1
    if any(isinstance(argument, KeywordArgument) for argument in used.args):
        raise RuleError.of(path, f"The filter {used.name} takes its arguments in order, without names.")
    if not needed <= given <= most:
        wanted = str(needed) if needed == most else f"{needed} to {most}"
        raise RuleError.of(path, f"The filter {used.name} takes {wanted} arguments after the colon, not {given}.")


def _unknown_filter(name: str) -> str:
    close = get_close_matches(name, FILTERS, n=1)
    return f"{name} is not a filter; " + (
        f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(FILTERS))}."
    )


def _expressions(nodes: Any) -> Iterator[Expression]:
    waiting: list[Any] = list(nodes)
    while waiting:
        item = waiting.pop()
        if isinstance(item, Node):
            waiting.extend(item.expressions())
            waiting.extend(item.children(None))
        else:
            yield item
            waiting.extend(item.children())


def in_words(error: Exception) -> str:
    """What Liquid says is wrong, on one line."""
    if isinstance(error, LiquidError) and not isinstance(error.__cause__, RecursionError):
        return str(error.args[0] if error.args else error).splitlines()[0]
    return "it is nested too deeply"


_ENVIRONMENT = _Environment()
