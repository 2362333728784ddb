"""SQLite's functions whose time goes by the product of two lengths, held to what takes a moment.

SQLite looks at no clock inside of a function, so nothing could stop one that searches a megabyte in a megabyte.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

#: With how many arguments each does so: the first is what is looked through, the second what for.
_SLOW = (("instr", 2), ("replace", 3), ("trim", 2), ("ltrim", 2), ("rtrim", 2), ("unhex", 2))
#: Characters of the one times characters of the other.
_MOST = 200_000_000
#: Characters of a pattern of LIKE and GLOB, which are SQLite's own: with others, no index would serve them.
_PATTERN = 250
#: Functions that reach into SQLite itself.
REFUSED = frozenset({"fts3_tokenizer", "load_extension"})


class Refusals(list[str]):
    """Sentences about calls that would have taken too long; SQLite's own error does not say."""


@contextmanager
def bounded_functions(connection: sqlite3.Connection) -> Iterator[Refusals]:
    """Within it, calls on `connection` that would take too long fail, and the reason stands in what is given."""
    refusals = Refusals()
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _PATTERN)
    with closing(sqlite3.connect(":memory:")) as plain:
        for name, count in _SLOW:
            connection.create_function(name, count, _bounded(plain, name, count, refusals), deterministic=True)
        yield refusals


def _bounded(plain: sqlite3.Connection, name: str, count: int, refusals: Refusals) -> Callable[..., Any]:
    text = f"SELECT {name}({', '.join('?' * count)})"

    def call(*values: Any) -> Any:
        first, second = (len(each) if isinstance(each, str | bytes) else 25 for each in values[:2])
        if first * second > _MOST:
            refusals.append(f"{name} would look for {second:,} characters in {first:,}; use shorter texts.")
            raise ValueError
        return plain.execute(text, values).fetchone()[0]

    return call
