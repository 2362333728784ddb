"""Asking PostgreSQL: one connection a call, to addresses that were judged, cut off when its time is over."""

import os
import re
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from decimal import Decimal
from typing import Any, cast

import certifi
import psycopg
from psycopg.raw_cursor import RawCursor
from psycopg.types.json import Jsonb, set_json_loads

from opsflows.databases.access import Access
from opsflows.databases.cut_off import cut_off
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import TABLE, Database
from opsflows.databases.rows import Rows, collect
from opsflows.jsontext import dump_json, read_stored
from opsflows.outbound import OutboundError, client

#: Seconds for the name, and for each of the addresses that are tried.
_LOOK_UP, _CONNECT, _MOST_ADDRESSES = 4, 4, 2
#: Seconds that the server has to say that a statement took too long, before the connection is cut.
_GRACE = 2
#: Seconds that a call may take beside the time limit of its statement.
OVERHEAD = _LOOK_UP + _CONNECT * _MOST_ADDRESSES + _GRACE + 1

_PREPARE = (
    "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true), "
    "set_config('standard_conforming_strings', 'on', true), set_config('TimeZone', 'UTC', true), "
    "set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true), "
    "EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = $2 AND relkind IN ('r', 'p', 'v', 'f'))"
)
#: What may be gone the next time: lost connections, no room, shutting down, deadlocks, locks, statements cancelled.
_PASSING = re.compile(r"08...|53...|57...|40...|55P03|58...")
_READ_ONLY = "25006"
_INDETERMINATE = "42P18"

Connection = psycopg.Connection[tuple[Any, ...]]


def query(
    access: Access, text: str, values: Sequence[Any], *, writes: bool, most: int, own_allowed: bool
) -> tuple[Rows, int | None]:
    """Run `text`, whose places $1, $2, … get `values`; the rows, and of a text that writes how many it touched.

    What does not write runs in a transaction that only reads, and is rolled back.

    Raises:
        QueryFailed: whatever came in between.
    """
    try:
        # Closed without a commit, it is rolled back.
        with closing(_connect(access)) as connection, cut_off(connection, access.time_limit + _GRACE):
            connection.read_only = not writes
            _prepare(connection, access, own_allowed)
            parameters = [_bound(value) for value in values]
            if not writes:
                return _read(connection, text, parameters, most), None
            found = _write(connection, text, parameters, most)
            _commit(connection)
            return found
    except psycopg.Error as error:
        raise _failed(error, access) from None


def version_of(access: Access, *, own_allowed: bool) -> str:
    """What answers there, in words. Raises `QueryFailed`."""
    text = "SELECT current_setting('server_version') AS version, current_user::text AS who"
    rows, _ = query(access, text, (), writes=False, most=1, own_allowed=own_allowed)
    return f"PostgreSQL {rows.rows[0]['version']}, as {rows.rows[0]['who']}"


def _connect(access: Access) -> Connection:
    try:
        addresses = client().addresses(access.host, timeout=_LOOK_UP)[:_MOST_ADDRESSES]
    except OutboundError as error:
        raise QueryFailed(error.detail, is_passing=error.retryable) from None
    is_checked = access.tls == Database.Tls.VERIFY
    with _authorities(access) if is_checked else nullcontext("") as authorities:
        return psycopg.connect(
            # The connection goes to the address; the certificate is checked by the name.
            host=",".join([access.host] * len(addresses)),
            hostaddr=",".join(addresses),
            port=str(access.port),
            dbname=access.database_name,
            user=access.username,
            password=access.password,
            sslmode=access.tls,
            sslrootcert=authorities,
            connect_timeout=_CONNECT,
            # Whoever cannot prove who they are is not shown the password.
            require_auth="" if is_checked else "!password",
            # Nothing of this machine goes along: no environment, no password file, no certificate of its user.
            options="",
            passfile=os.path.join(os.devnull, "none"),
            sslcertmode="disable",
            gssencmode="disable",
            client_encoding="utf8",
            application_name="OpsFlows",
            keepalives_idle=10,
            tcp_user_timeout=1000 * (access.time_limit + _GRACE),
        )


@contextmanager
def _authorities(access: Access) -> Iterator[str]:
    """The file with the authorities to trust: the database's own, or the usual ones."""
    if not access.ca_certificate:
        yield certifi.where()
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(access.ca_certificate)
        file.flush()
        yield file.name


def _prepare(connection: Connection, access: Access, own_allowed: bool) -> None:
    """Limits for this transaction. It is the first query of it, behind which nothing turns it into one that writes."""
    set_json_loads(_exact, connection)
    with RawCursor(connection) as cursor:
        found = cursor.execute(_PREPARE, [str(access.time_limit * 1000), TABLE]).fetchone()
    if found is None or (found[-1] and not own_allowed):
        raise QueryFailed(
            f"The database {access.database_name!r} holds an installation of OpsFlows; query steps keep away from it."
        )


def _exact(document: str | bytes) -> Any:
    return read_stored(document if isinstance(document, str) else document.decode("utf-8"))


def _read(connection: Connection, text: str, values: Sequence[Any], most: int) -> Rows:
    """Row by row, so that a large table is not fetched to be thrown away."""
    with RawCursor(connection) as cursor:
        stream = cast("Generator[tuple[Any, ...]]", cursor.stream(text, values))
        # Left before its end, the query is cancelled.
        with closing(stream) as found:
            return collect(lambda: _columns(cursor), found, most=most)


def _write(connection: Connection, text: str, values: Sequence[Any], most: int) -> tuple[Rows, int]:
    with RawCursor(connection) as cursor:
        cursor.execute(text, values)
        found = cursor if cursor.description else ()
        return collect(lambda: _columns(cursor), found, most=most), max(0, cursor.rowcount)


def _columns(cursor: "RawCursor[Any]") -> Sequence[str]:
    return [column.name for column in cursor.description or ()]


def _bound(value: Any) -> Any:
    """Numbers, texts and lists of one kind of them as they are; documents as JSON."""
    if isinstance(value, list):
        kinds = {type(item) for item in value if item is not None}
        if kinds == {int, Decimal}:
            return [Decimal(item) if isinstance(item, int) else item for item in value]
        if len(kinds) < 2 and not kinds & {dict, list}:
            return value
    return Jsonb(value, dumps=dump_json) if isinstance(value, dict | list) else value


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except psycopg.Error as error:
        if error.sqlstate and not error.sqlstate.startswith(("08", "57")):
            # The server has judged: a constraint that is checked at the end, say. Nothing was written.
            raise
        raise QueryFailed(
            "The connection was lost while the change was being committed.", is_passing=True, may_have_happened=True
        ) from None


def _failed(error: psycopg.Error, access: Access) -> QueryFailed:
    state = error.sqlstate or ""
    said = " ".join((error.diag.message_primary or str(error)).split()) or type(error).__name__
    if state == _READ_ONLY:
        said += ". Only a statement that an administrator named for writing may do that."
    elif state == _INDETERMINATE:
        said += ". Say what it is, as in :name::text or :name::date."
    elif isinstance(error, psycopg.DataError) and not state:
        # Such as the date "infinity", which Python has no value for.
        said += ". Ask for it as text, as in name::text."
    elif state == "57014":
        said = f"It took longer than {access.time_limit} s and was stopped."
    is_passing = bool(_PASSING.fullmatch(state)) if state else isinstance(error, psycopg.OperationalError)
    return QueryFailed(f"{access.name}: {said}", is_passing=is_passing)
