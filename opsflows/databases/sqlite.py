"""Asking a file of SQLite's: below the account's folder, with a guard that lets a text do what it may and no more."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from opsflows.databases.access import Access
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import TABLE
from opsflows.databases.rows import MAX_BYTES, Rows, collect
from opsflows.databases.sql import MAX_SQL
from opsflows.databases.sqlite_functions import REFUSED, Refusals, bounded_functions
from opsflows.databases.sqlite_watch import Watch
from opsflows.jsontext import dump_json

#: Seconds to wait for somebody else's lock, and a call may take beside the time limit of its statement.
_LOCKED = 4
OVERHEAD = _LOCKED + 6
#: Steps of SQLite's machine between two looks at the clock; each of them may work through a whole text.
_STEPS = 100
#: Digits that a number keeps for sure in a column that is no text.
_DIGITS = 15

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_WRITES = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})


def query(
    access: Access, text: str, values: Sequence[Any], *, writes: bool, most: int, own_allowed: bool
) -> tuple[Rows, int | None]:
    """Run `text`, whose places ?1, ?2, … get `values`; the rows, and of a text that writes how many it touched.

    What does not write has the file opened for reading alone.

    Raises:
        QueryFailed: whatever came in between.
    """
    path = file_of(access)
    try:
        with closing(_open(path, writes=writes)) as connection, _explained(connection, access) as refusals:
            _refuse_our_own(connection, access, own_allowed)
            _limit(connection, access.time_limit, refusals)
            if writes:
                connection.execute("BEGIN IMMEDIATE")
            _guard(connection, _READS | _WRITES if writes else _READS)
            cursor = connection.execute(text, [_bound(value) for value in values])
            if not writes:
                return _collected(cursor, cursor, most), None
            # All of them: what is left unread would hold up the commit.
            found = cursor.fetchall()
            rows = _collected(cursor, found, most)
            _guard(connection, None)
            connection.execute("COMMIT")
            return rows, max(len(found), cursor.rowcount)
    except sqlite3.Error as error:
        raise _failed(error, access) from None


def version_of(access: Access, *, own_allowed: bool) -> str:
    """What answers there, in words. Raises `QueryFailed`."""
    query(access, "SELECT count(*) AS n FROM sqlite_master", (), writes=False, most=1, own_allowed=own_allowed)
    return f"SQLite {sqlite3.sqlite_version}, {file_of(access).stat().st_size:,} bytes"


def file_of(access: Access) -> Path:
    """The file, which is there and lies in the account's folder, whatever links lead to.

    Raises:
        QueryFailed: there is no folder, or no such file in it.
    """
    if access.folder is None:
        raise QueryFailed("SQLite files are not allowed on this server; QUERY_SQLITE_FOLDER says where they lie.")
    missing = QueryFailed(f"There is no file {access.database_name!r} in the account's folder {access.folder}.")
    try:
        folder = access.folder.resolve(strict=True)
        path = (folder / access.database_name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise missing from None
    if not path.is_relative_to(folder) or not path.is_file():
        raise missing
    return path


def _open(path: Path, *, writes: bool) -> sqlite3.Connection:
    uri = f"file:{quote(os.fspath(path))}?mode={'rw' if writes else 'ro'}"
    connection = sqlite3.connect(uri, uri=True, timeout=_LOCKED, isolation_level=None)
    connection.execute(f"PRAGMA query_only = {int(not writes)}")
    # Views may use the functions that are bounded here; what reaches further is refused by name.
    connection.execute("PRAGMA trusted_schema = 1")
    return connection


@contextmanager
def _explained(connection: sqlite3.Connection, access: Access) -> Iterator[Refusals]:
    with bounded_functions(connection) as refusals:
        try:
            yield refusals
        except sqlite3.Error:
            if refusals:
                raise QueryFailed(f"{access.name}: {refusals[0]}") from None
            raise


def _refuse_our_own(connection: sqlite3.Connection, access: Access, own_allowed: bool) -> None:
    ours = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [TABLE]).fetchone()
    if ours and not own_allowed:
        raise QueryFailed(
            f"The file {access.database_name!r} holds an installation of OpsFlows; query steps keep away from it."
        )


def _limit(connection: sqlite3.Connection, seconds: float, refusals: Refusals) -> None:
    connection.set_progress_handler(Watch(seconds, refusals), _STEPS)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * MAX_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 4 * MAX_SQL)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def _guard(connection: sqlite3.Connection, allowed: frozenset[int] | None) -> None:
    """Let statements do what is `allowed`: none attaches a file, sets a pragma, or touches SQLite's own tables."""

    def judge(action: int, first: str | None, second: str | None, *where: str | None) -> int:
        if action == sqlite3.SQLITE_PRAGMA:
            # Full-text search asks this of itself.
            return sqlite3.SQLITE_OK if first == "data_version" else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and str(second).lower() in REFUSED:
            return sqlite3.SQLITE_DENY
        if action in _WRITES and str(first).lower().startswith("sqlite_"):
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if allowed is None or action in allowed else sqlite3.SQLITE_DENY

    authorizer: Callable[..., int] | None = judge if allowed is not None else None
    connection.set_authorizer(authorizer)


def _collected(cursor: sqlite3.Cursor, found: Iterable[Sequence[Any]], most: int) -> Rows:
    return collect(lambda: [column[0] for column in cursor.description or ()], found, most=most)


def _bound(value: Any) -> Any:
    """SQLite has no decimals: a fraction is bound as the number that it keeps, and one that it can't is refused."""
    if isinstance(value, dict | list):
        return dump_json(value)
    if isinstance(value, Decimal):
        if len(value.as_tuple().digits) > _DIGITS:
            raise QueryFailed(f"SQLite cannot keep all the digits of {value}; give it as text.")
        return int(value) if value == value.to_integral_value() and abs(value) < 2**63 else float(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise QueryFailed(f"SQLite cannot keep the number {value}; give it as text.")
    return value


def _failed(error: sqlite3.Error, access: Access) -> QueryFailed:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    said = str(error)
    if code == sqlite3.SQLITE_INTERRUPT:
        said = f"It took longer than {access.time_limit} s and was stopped."
    elif code in (sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY):
        said += ". Only a statement that an administrator named for writing changes rows; nothing else is allowed."
    is_passing = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_FULL)
    return QueryFailed(f"{access.name}: {said}", is_passing=is_passing)
