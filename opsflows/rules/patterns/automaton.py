"""Searching with all alternatives at once, as an automaton does, instead of trying one after the other.

Every character of the text is looked at once, with at most `MAX_STATES` states alive; sets of states seen before are
remembered, so that the usual search is one dictionary access a character.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from opsflows.rules.patterns.grammar import (
    Accepts,
    Anchor,
    Char,
    Choice,
    PatternError,
    Repeat,
    Sequence,
    Syntax,
    is_word,
    parse_pattern,
)

MAX_STATES = 500
#: How much of a text is searched; a match that would begin or end beyond is not found.
MAX_TEXT = 5000
_MAX_MEMORY = 500

_TOO_BIG = "it repeats too much; use smaller counts"
_START, _WORD, _OTHER = "start", "word", "other"
_States: TypeAlias = frozenset[int]


@dataclass
class _State:
    """Consumes a character that `accepts`, or passes freely to all of `then` if its `anchor` allows."""

    accepts: Accepts | None = None
    anchor: str | None = None
    then: list[int] = field(default_factory=list)


class Pattern:
    """A compiled pattern."""

    def __init__(self, tree: Syntax) -> None:
        self._states: list[_State] = []
        self._built = 0
        self._accept = self._add(_State())
        self._entry = self._build(tree, self._accept)
        self._memory: dict[tuple[_States, str, str], tuple[bool, _States]] = {}

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the first `MAX_TEXT` characters of `text`."""
        states: _States = frozenset()
        before = _START
        for char in text[:MAX_TEXT]:
            matched, states = self._step(states, before, char)
            if matched:
                return True
            before = _WORD if is_word(char) else _OTHER
        return len(text) <= MAX_TEXT and self._step(states, before, "")[0]

    def _step(self, states: _States, before: str, char: str) -> tuple[bool, _States]:
        """Whether a match ends before `char` ("" is the end of the text), and the states after it."""
        key = (states, before, char)
        known = self._memory.get(key)
        if known is None:
            if len(self._memory) >= _MAX_MEMORY:
                self._memory.clear()
            known = self._memory[key] = self._advance(states, before, char)
        return known

    def _advance(self, states: _States, before: str, char: str) -> tuple[bool, _States]:
        reached, waiting = set(states), [*states]
        if self._entry not in reached:
            reached.add(self._entry)
            waiting.append(self._entry)
        following: set[int] = set()
        while waiting:
            state = self._states[waiting.pop()]
            if state.accepts is not None:
                if char and state.accepts(char):
                    following.update(state.then)
            elif state.anchor is None or _holds(state.anchor, before, char):
                fresh = [number for number in state.then if number not in reached]
                reached.update(fresh)
                waiting.extend(fresh)
        return self._accept in reached, frozenset(following)

    def _build(self, tree: Syntax, then: int) -> int:
        """Add the states of `tree`, which go on to `then`; returns the first of them."""
        # Counted apart from the states: what is empty adds none, however often it is repeated.
        self._built += 1
        if self._built > 10 * MAX_STATES:
            raise PatternError(_TOO_BIG)
        match tree:
            case Char(accepts):
                return self._add(_State(accepts=accepts, then=[then]))
            case Anchor(kind):
                return self._add(_State(anchor=kind, then=[then]))
            case Sequence(parts):
                for part in reversed(parts):
                    then = self._build(part, then)
                return then
            case Choice(parts):
                return self._add(_State(then=[self._build(part, then) for part in parts]))
            case Repeat(part, least, most):
                return self._build_repeat(part, least, most, then)

    def _build_repeat(self, part: Syntax, least: int, most: int | None, then: int) -> int:
        if most is None:
            loop = self._add(_State())
            self._states[loop].then = [self._build(part, loop), then]
            then = loop
        else:
            after = then
            for _ in range(most - least):
                then = self._add(_State(then=[self._build(part, then), after]))
        for _ in range(least):
            then = self._build(part, then)
        return then

    def _add(self, state: _State) -> int:
        if len(self._states) >= MAX_STATES:
            raise PatternError(_TOO_BIG)
        self._states.append(state)
        return len(self._states) - 1


def compile_pattern(source: str) -> Pattern:
    """The pattern that `source` says.

    Raises:
        PatternError: if it is broken, outside of the dialect (see `grammar`) or too big.
    """
    return Pattern(parse_pattern(source))


def _holds(anchor: str, before: str, char: str) -> bool:
    if anchor == "^":
        return before == _START
    if anchor == "$":
        return char == ""
    edge = (before == _WORD) != (char != "" and is_word(char))
    return edge if anchor == "b" else not edge
