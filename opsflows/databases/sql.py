"""Take a statement's text apart: its parameters, its first word, and whether it is one statement alone.

What is a string, a comment or a quoted name is told as the database itself tells it, so that a `:name` inside of one is
left alone. Nothing here decides what a text may do: the database does, in a transaction that only reads.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

POSTGRESQL, SQLITE = "postgresql", "sqlite"
#: Characters of a statement.
MAX_SQL = 20_000
MAX_PARAMETERS = 100

_SPACE = r"[ \t\n\r\f\v]+"
#: Both databases take every letter beyond ASCII for part of a name, a no-break space as well.
_WORD = r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*"
_SHARED = (
    ("space", _SPACE),
    ("open_comment", r"/\*"),
    ("string", r"'(?:[^']|'')*'"),
    ("quoted", r'"(?:[^"]|"")*"'),
    ("open_quote", r"['\"]"),
    ("cast", r"::"),
    ("parameter", r":[A-Za-z_][A-Za-z0-9_]*"),
    ("word", _WORD),
    # With the letters behind it, as in 1e5, so that none of them begins a string of its own.
    ("number", r"[0-9][A-Za-z0-9_.]*"),
    ("end", r";"),
)
_OTHER = ("other", r".")
_TOKENS = {
    POSTGRESQL: (
        ("line", r"--[^\n\r]*"),
        ("escaped", r"[eE]'(?:[^'\\]|''|\\.)*'"),
        ("open_escaped", r"[eE]'"),
        ("dollar", r"\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$"),
        ("numbered", r"\$[0-9]+"),
        *_SHARED,
        _OTHER,
    ),
    SQLITE: (
        ("line", r"--[^\n]*"),
        ("quoted_otherwise", r"`(?:[^`]|``)*`|\[[^\]]*\]"),
        ("open_otherwise", r"[`\[]"),
        ("numbered", r"\?[0-9]*|[$@#][A-Za-z0-9_\x80-\U0010ffff]*"),
        *_SHARED,
        _OTHER,
    ),
}
_PATTERNS = {
    dialect: re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in tokens), re.DOTALL)
    for dialect, tokens in _TOKENS.items()
}
_UNSEEN = frozenset({"space", "line", "comment"})
_COMMENT_ENDS = re.compile(r"/\*|\*/")


class SqlError(ValueError):
    """The text cannot be run; the message says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement. `text` has numbered places where the parameters `names` belong, in this order, each name once."""

    text: str
    names: tuple[str, ...]
    #: Its first word, in capitals.
    verb: str


@lru_cache(maxsize=512)
def parse_sql(text: str, dialect: str) -> Sql:
    """`text`, taken apart as `dialect` (`postgresql`, `sqlite`) would.

    Raises:
        SqlError: it is empty, too long, more than one statement, ends in the middle, or names parameters otherwise
            than by `:name`.
    """
    if len(text) > MAX_SQL:
        raise SqlError(f"It is longer than {MAX_SQL:,} characters; use a view or a function of the database's own.")
    if "\x00" in text:
        raise SqlError("It holds the character U+0000; remove it.")
    names: dict[str, int] = {}
    written: list[str] = []
    verb, previous, is_over = "", "", False
    for kind, piece in _pieces(text, dialect):
        if kind not in _UNSEEN:
            if is_over and kind != "end":
                raise SqlError("Only one statement is run; remove what comes behind the semicolon.")
            if kind == "string" and previous == "escaped":
                raise SqlError("Write the two strings behind E'…' as one, or as a parameter.")
            previous = kind
        if kind == "end":
            is_over = True
            continue
        if kind == "word" and not verb:
            verb = piece.upper()
        if kind == "parameter":
            number = names.setdefault(piece[1:], len(names) + 1)
            # Spaces: behind a letter, $1 would be part of a name.
            piece = f" {'$' if dialect == POSTGRESQL else '?'}{number} "
        written.append(piece)
    if not verb:
        raise SqlError("It is empty; write a statement such as SELECT id, email FROM contacts.")
    if len(names) > MAX_PARAMETERS:
        raise SqlError(f"It has more than {MAX_PARAMETERS} parameters.")
    return Sql("".join(written), tuple(names), verb)


def _pieces(text: str, dialect: str) -> list[tuple[str, str]]:
    pattern = _PATTERNS[dialect]
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        assert match is not None and match.lastgroup is not None  # noqa: S101, PT018  (the last of them takes anything)
        kind, end = match.lastgroup, match.end()
        if kind == "open_comment":
            kind, end = "comment", _comment_end(text, at, nested=dialect == POSTGRESQL)
        elif kind == "dollar":
            kind, end = "string", _dollar_end(text, match)
        elif kind.startswith("open_"):
            raise SqlError(f"A quote is opened and not closed: {text[at : at + 20]!r}.")
        elif kind == "numbered":
            raise SqlError(f"{match.group()!r} is no parameter here; write :name, and give its value under parameters.")
        found.append((kind, text[at:end]))
        at = end
    return found


def _comment_end(text: str, at: int, *, nested: bool) -> int:
    depth = 0
    for mark in _COMMENT_ENDS.finditer(text, at):
        if mark.group() == "/*":
            depth = depth + 1 if nested else 1
        else:
            depth -= 1
            if depth == 0:
                return mark.end()
    raise SqlError("A comment is opened with /* and not closed with */.")


def _dollar_end(text: str, opening: re.Match[str]) -> int:
    closing = text.find(opening.group(), opening.end())
    if closing < 0:
        raise SqlError(f"A text is opened with {opening.group()} and not closed with it.")
    return closing + len(opening.group())
