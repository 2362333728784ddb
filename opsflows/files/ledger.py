"""The journal of an account's folder: which changes were made, and the one that is under way. A small database beside
the files, used by whoever holds the folder's lock."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from opsflows.files.journal import Mark, cannot_be_told, spoilt

#: Changes that are remembered, and how many are forgotten at a time.
KEPT, _AT_ONCE = 100_000, 5_000

_TABLES = """
CREATE TABLE IF NOT EXISTS done (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, moment INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pending (
    name TEXT NOT NULL, key TEXT NOT NULL, moment INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS forgotten (moment INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that was about to be made: of which file, under which mark, and what the file holds if it was."""

    name: str
    mark: Mark
    digest: str


class Ledger:
    """Open for one change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def pending(self) -> Pending | None:
        """The change that was begun and whose end nobody noted."""
        row = self._connection.execute("SELECT name, key, moment, digest FROM pending").fetchone()
        return Pending(row[0], Mark(row[1], row[2]), row[3]) if row else None

    def intend(self, pending: Pending) -> None:
        """Note what comes next; on the disk when this returns."""
        values = (pending.name, pending.mark.key, pending.mark.moment, pending.digest)
        self._connection.execute("INSERT INTO pending VALUES (?, ?, ?, ?)", values)

    def settle(self, mark: Mark | None) -> None:
        """Nothing is under way any more; `mark` was made, where there is one."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM pending")
            if mark is not None:
                connection.execute("INSERT OR IGNORE INTO done (key, moment) VALUES (?, ?)", (mark.key, mark.moment))
                self._forget(connection)

    def holds(self, mark: Mark) -> bool:
        """Whether the change was made.

        Raises:
            FileProblem: nobody can tell, because it is older than what is remembered.
        """
        if self._connection.execute("SELECT 1 FROM done WHERE key = ?", [mark.key]).fetchone():
            return True
        [forgotten] = self._connection.execute("SELECT max(moment) FROM forgotten").fetchone()
        if forgotten is not None and mark.moment <= forgotten:
            raise cannot_be_told()
        return False

    def _forget(self, connection: sqlite3.Connection) -> None:
        first, last = connection.execute("SELECT min(number), max(number) FROM done").fetchone()
        if last - first < KEPT:
            return
        until = last - KEPT + _AT_ONCE
        connection.execute("INSERT INTO forgotten SELECT max(moment) FROM done WHERE number <= ?", [until])
        connection.execute("DELETE FROM done WHERE number <= ?", [until])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN")
        yield self._connection
        self._connection.execute("COMMIT")


@contextmanager
def ledger_at(path: Path) -> Iterator[Ledger]:
    """The ledger in the file at `path`, which is made where there is none. Raises `FileProblem`."""
    try:
        # SQLite would make it for everybody to read.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        # Whoever is here holds the folder's lock, so nobody else has it open.
        with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as connection:
            connection.executescript(f"PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; {_TABLES}")
            yield Ledger(connection)
    except sqlite3.DatabaseError:
        raise spoilt() from None
