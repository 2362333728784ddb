"""The conditions of ``{{#if}}``: one meaning of "equal" and "greater" with the conditions of a workflow.

``not`` binds tighter than ``and``, ``and`` tighter than ``or``; parentheses group. A bare value holds unless it is
missing, null, false, zero or empty.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from liquid import Environment, Token, TokenStream
from liquid.builtin.expressions.primitive import Blank, Empty, parse_primitive
from liquid.exceptions import LiquidSyntaxError
from liquid.expression import Expression
from liquid.token import (
    TOKEN_ASSIGN,
    TOKEN_CONTAINS,
    TOKEN_EOF,
    TOKEN_EQ,
    TOKEN_GE,
    TOKEN_GT,
    TOKEN_LE,
    TOKEN_LG,
    TOKEN_LPAREN,
    TOKEN_LT,
    TOKEN_NE,
    TOKEN_RPAREN,
    TOKEN_STRING,
)

from opsflows.rules.clock import Clock
from opsflows.rules.compare import as_number, equals, is_empty
from opsflows.rules.conditions.operators import OPERATORS
from opsflows.rules.lookup import MISSING
from opsflows.rules.templates.context import RulesContext, plain

Comparison: TypeAlias = Callable[[Any, Any, Clock], bool]


def holds(value: Any) -> bool:
    """Whether a bare value counts as true."""
    if isinstance(value, bool):
        return value
    return not is_empty(value) and (isinstance(value, str) or as_number(value) != 0)


class Logic(Expression):
    """A part of a condition; its value is a boolean."""

    def __init__(self, token: Token, parts: list[Any], decide: Callable[..., bool]) -> None:
        super().__init__(token)
        self.parts = parts
        self._decide = decide

    def evaluate(self, context: RulesContext) -> bool:
        return self._decide(context, *self.parts)

    def children(self) -> list[Any]:
        return self.parts


def parse_logic(env: Environment, tokens: TokenStream) -> Logic:
    """The condition that `tokens` spell.

    Raises:
        LiquidSyntaxError: if they spell none.
    """
    start = tokens.current
    expression = _either(env, tokens)
    tokens.eat(TOKEN_EOF)
    return Logic(start, [expression], _bare)


def _either(env: Environment, tokens: TokenStream) -> Any:
    start, parts = tokens.current, [_both(env, tokens)]
    while _take_word(tokens, "or"):
        parts.append(_both(env, tokens))
    return (
        parts[0]
        if len(parts) == 1
        else Logic(start, parts, lambda context, *all_: any(_bare(context, p) for p in all_))
    )


def _both(env: Environment, tokens: TokenStream) -> Any:
    start, parts = tokens.current, [_negation(env, tokens)]
    while _take_word(tokens, "and"):
        parts.append(_negation(env, tokens))
    return (
        parts[0]
        if len(parts) == 1
        else Logic(start, parts, lambda context, *all_: all(_bare(context, p) for p in all_))
    )


def _negation(env: Environment, tokens: TokenStream) -> Any:
    start = tokens.current
    if _take_word(tokens, "not"):
        return Logic(start, [_negation(env, tokens)], lambda context, part: not _bare(context, part))
    return _comparison(env, tokens)


def _comparison(env: Environment, tokens: TokenStream) -> Any:
    start, left = tokens.current, _operand(env, tokens)
    comparison = _COMPARISONS.get(tokens.current.kind)
    if comparison is None:
        return left
    next(tokens)
    right = _operand(env, tokens)
    return Logic(
        start,
        [left, right],
        lambda context, one, other: _compare(comparison, one.evaluate(context), other.evaluate(context), context),
    )


def _operand(env: Environment, tokens: TokenStream) -> Any:
    if tokens.current.kind == TOKEN_LPAREN:
        next(tokens)
        inner = _either(env, tokens)
        tokens.eat(TOKEN_RPAREN)
        return inner
    if any(_is_word(tokens.current, word) for word in ("and", "or", "not")):
        raise LiquidSyntaxError(f"{tokens.current.value} has nothing to join", token=tokens.current)
    return parse_primitive(env, tokens)


def _take_word(tokens: TokenStream, word: str) -> bool:
    """Step over a joining word, in capitals as Rules writes it or not."""
    found = _is_word(tokens.current, word)
    if found:
        next(tokens)
    return found


def _is_word(token: Token, word: str) -> bool:
    return bool(token.kind != TOKEN_STRING and token.value.lower() == word)


def _bare(context: RulesContext, part: Any) -> bool:
    value = part.evaluate(context)
    return value if isinstance(value, bool) else holds(plain(value))


def _compare(comparison: Comparison, left: Any, right: Any, context: RulesContext) -> bool:
    if isinstance(left, Empty | Blank):
        left, right = right, left
    if isinstance(right, Empty | Blank):
        value = plain(left)
        blank = isinstance(right, Blank) and isinstance(value, str) and not value.strip()
        left, right = (True, is_empty(value) or blank)
    left, right = plain(left), plain(right)
    context.budget.read(left, right)
    return comparison(left, right, context.clock)


def _equal(left: Any, right: Any, clock: Clock) -> bool:
    if left in (None, MISSING) or right in (None, MISSING):  # In a text, a missing field is the same as null.
        return left in (None, MISSING) and right in (None, MISSING)
    return equals(left, right)


def _by_operator(name: str) -> Comparison:
    build = OPERATORS[name].build
    return lambda left, right, clock: left is not MISSING and build(right)(left, clock)


_greater, _less = _by_operator("greater_than"), _by_operator("less_than")
_COMPARISONS: dict[str, Comparison] = {
    TOKEN_EQ: _equal,
    TOKEN_ASSIGN: _equal,
    TOKEN_NE: lambda left, right, clock: not _equal(left, right, clock),
    TOKEN_LG: lambda left, right, clock: not _equal(left, right, clock),
    TOKEN_GT: _greater,
    TOKEN_LT: _less,
    TOKEN_GE: _by_operator("greater_or_equal"),
    TOKEN_LE: _by_operator("less_or_equal"),
    TOKEN_CONTAINS: _by_operator("contains"),
}
