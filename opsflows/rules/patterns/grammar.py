"""Reading a regular expression into a small syntax tree.

The dialect is the common core: literals, ``.``, classes, ``\\d \\w \\s \\b`` and their opposites, ``^ $``, groups,
alternatives, the quantifiers ``* + ? {m,n}``, and ``(?i)`` at the start. What only backtracking can do (backreferences,
look-ahead, look-behind) is refused, because its time cannot be bounded.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

MAX_PATTERN = 200
MAX_REPEAT = 200
MAX_GROUPS = 20


class PatternError(ValueError):
    """The pattern cannot be used. The message says what is wrong and where."""


Accepts: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True)
class Char:
    """One character that `accepts`."""

    accepts: Accepts


@dataclass(frozen=True)
class Anchor:
    """A place: ``^``, ``$``, ``b`` (edge of a word) or ``B`` (no edge of a word)."""

    kind: str


@dataclass(frozen=True)
class Sequence:
    parts: tuple["Syntax", ...]


@dataclass(frozen=True)
class Choice:
    parts: tuple["Syntax", ...]


@dataclass(frozen=True)
class Repeat:
    part: "Syntax"
    least: int
    most: int | None  #: None: without end.


Syntax: TypeAlias = Char | Anchor | Sequence | Choice | Repeat


def is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


_CLASSES: dict[str, Accepts] = {"d": str.isdecimal, "w": is_word, "s": str.isspace}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}", re.ASCII)
_NAMED_GROUP = re.compile(r"\?P<[A-Za-z_]\w*>", re.ASCII)
_ENDLESS = {"*": 0, "+": 1}


def parse_pattern(source: str) -> Syntax:
    """The syntax tree of `source`.

    Raises:
        PatternError: for anything outside of the dialect.
    """
    if len(source) > MAX_PATTERN:
        raise PatternError(f"it is longer than {MAX_PATTERN} characters")
    ignore_case = source.startswith("(?i)")
    return _Parser(source, 4 if ignore_case else 0, ignore_case).parse()


class _Parser:
    def __init__(self, source: str, start: int, ignore_case: bool) -> None:
        self.source = source
        self.position = start
        self.ignore_case = ignore_case
        self.depth = 0

    def parse(self) -> Syntax:
        tree = self._choice()
        if self.position < len(self.source):
            raise self._error("a ) without its (")
        return tree

    def _choice(self) -> Syntax:
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Syntax:
        parts: list[Syntax] = []
        while (char := self._peek()) and char not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, atom: Syntax) -> Syntax:
        bounds = self._quantifier()
        if bounds is None:
            return atom
        if isinstance(atom, Anchor):
            raise self._error("a quantifier needs something to repeat")
        if self._peek() == "+":
            raise self._error("possessive quantifiers are not supported")
        self._take("?")  # A lazy quantifier finds another match, but never changes whether there is one.
        if self._quantifier() is not None:
            raise self._error("two quantifiers in a row")
        least, most = bounds
        if max(least, most or 0) > MAX_REPEAT:
            raise self._error(f"at most {MAX_REPEAT} repetitions can be counted")
        if most is not None and most < least:
            raise self._error("the quantifier's lowest count is above its highest")
        return Repeat(atom, least, most)

    def _quantifier(self) -> tuple[int, int | None] | None:
        char = self._peek()
        if char in _ENDLESS:
            self.position += 1
            return _ENDLESS[char], None
        if self._take("?"):
            return 0, 1
        counted = _COUNTED.match(self.source, self.position)
        if counted is None or counted[0] == "{}":
            return None
        self.position = counted.end()
        least, comma, most = counted.groups()
        if not comma:
            return int(least), int(least)
        return int(least or 0), int(most) if most else None

    def _atom(self) -> Syntax:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return Char(self._cased(self._class()))
        if char == ".":
            return Char(lambda seen: seen != "\n")
        if char in "^$":
            return Anchor(char)
        if char == "\\":
            return self._escape()
        self.position -= 1
        if self._quantifier() is not None:
            raise self._error("a quantifier needs something to repeat")
        self.position += 1
        return Char(self._cased(char.__eq__))

    def _group(self) -> Syntax:
        if self._peek() == "?":
            named = _NAMED_GROUP.match(self.source, self.position)
            if named is None and not self.source.startswith("?:", self.position):
                raise self._error("only plain groups and (?:…) are supported, and (?i) at the very start")
            self.position = named.end() if named else self.position + 2
        self.depth += 1
        if self.depth > MAX_GROUPS:
            raise self._error(f"groups are nested deeper than {MAX_GROUPS} levels")
        tree = self._choice()
        if not self._take(")"):
            raise self._error("a ( is never closed")
        self.depth -= 1
        return Sequence((tree,))

    def _escape(self) -> Syntax:
        char = self._next()
        if char in "bB":
            return Anchor(char)
        if char in "AZ":
            return Anchor("^" if char == "A" else "$")
        return Char(self._escaped_class(char) or self._cased(self._escaped_literal(char).__eq__))

    def _escaped_class(self, char: str) -> Accepts | None:
        accepts = _CLASSES.get(char.lower())
        if accepts is None or char.islower():
            return accepts
        return lambda seen: not accepts(seen)

    def _escaped_literal(self, char: str) -> str:
        if char.isdigit():
            raise self._error("backreferences and numeric escapes are not supported")
        if char.isascii() and char.isalpha() and char not in _CONTROLS:
            raise self._error(f"\\{char} is not a known escape")
        return _CONTROLS.get(char, char)

    def _class(self) -> Accepts:
        negated = self._take("^")
        tests: list[Accepts] = []
        while self._peek() != "]" or not tests:
            tests.append(self._class_item())
        self.position += 1
        return lambda seen: any(test(seen) for test in tests) is not negated

    def _class_item(self) -> Accepts:
        first = self._class_char()
        if not isinstance(first, str):
            return first
        if self._peek() != "-" or self.source[self.position + 1 : self.position + 2] in ("]", ""):
            return first.__eq__
        self.position += 1
        last = self._class_char()
        if not isinstance(last, str) or last < first:
            raise self._error("a range in [ ] runs backwards")
        return lambda seen: first <= seen <= last

    def _class_char(self) -> str | Accepts:
        char = self._next("a [ is never closed")
        if char != "\\":
            return char
        char = self._next()
        return self._escaped_class(char) or ("\b" if char == "b" else self._escaped_literal(char))

    def _cased(self, accepts: Accepts) -> Accepts:
        if not self.ignore_case:
            return accepts
        return lambda seen: accepts(seen) or accepts(seen.lower()) or accepts(seen.upper())

    def _peek(self) -> str:
        return self.source[self.position : self.position + 1]

    def _take(self, char: str) -> bool:
        found = self._peek() == char
        self.position += found
        return found

    def _next(self, at_end: str = "it ends in the middle of an escape") -> str:
        if self.position >= len(self.source):
            raise self._error(at_end)
        self.position += 1
        return self.source[self.position - 1]

    def _error(self, message: str) -> PatternError:
        return PatternError(f"{message} (at character {min(self.position, len(self.source))})")
