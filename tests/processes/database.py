"""A database of a stack's own, and plain SQL on it: what the test knows of the product's state, it knows from here."""

import contextlib
import sqlite3
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class Database(ABC):
    """One database that exists for one stack. Statements have `%s` for parameters."""

    vendor: ClassVar[str]
    url: str

    @abstractmethod
    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query gives, each call in a transaction of its own."""

    @abstractmethod
    def execute(self, statement: str, *parameters: Any) -> int:
        """Change something; how many rows."""

    def value(self, statement: str, *parameters: Any) -> Any:
        """The first column of the first row."""
        return self.rows(statement, *parameters)[0][0]

    @abstractmethod
    def drop(self) -> None:
        """Remove it, whoever is still connected."""


class PostgresDatabase(Database):
    """Created on the server that `server_url` names, beside the database named there."""

    vendor = "postgresql"

    def __init__(self, server_url: str, *, prefix: str) -> None:
        self._server_url = server_url
        self.name = f"{prefix}{uuid.uuid4().hex[:10]}"
        parts = urlsplit(server_url)
        self.url = urlunsplit(parts._replace(path=f"/{self.name}"))
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 5432
        self._on_server("CREATE DATABASE {}")
        self._link = psycopg.connect(self.url, autocommit=True)

    def through(self, port: int) -> str:
        """The database's URL by way of `port` on this machine."""
        parts = urlsplit(self.url)
        user, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{port}"))

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self._link.execute(statement, parameters or None).fetchall()  # type: ignore[arg-type]

    def execute(self, statement: str, *parameters: Any) -> int:
        return self._link.execute(statement, parameters or None).rowcount  # type: ignore[arg-type]

    def drop(self) -> None:
        self._link.close()
        self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as link:
            link.execute(sql.SQL(statement).format(sql.Identifier(self.name)))  # type: ignore[arg-type]


class SQLiteDatabase(Database):
    """A file in the stack's folder. Each statement has a connection of its own, so that none holds a snapshot."""

    vendor = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.connection() as link:
            return link.execute(_marked(statement), _plain(parameters)).fetchall()

    def execute(self, statement: str, *parameters: Any) -> int:
        with self.connection() as link:
            return link.execute(_marked(statement), _plain(parameters)).rowcount

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection in autocommit."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=20, isolation_level=None)) as link:
            yield link

    def drop(self) -> None:
        for file in self.path.parent.glob(f"{self.path.name}*"):
            file.unlink()


def _marked(statement: str) -> str:
    return statement.replace("%s", "?")


def _plain(parameters: Sequence[Any]) -> list[Any]:
    # SQLite keeps a UUID as its 32 digits.
    return [each.hex if isinstance(each, uuid.UUID) else each for each in parameters]


def create_database(*, folder: Path, server_url: str | None, prefix: str) -> PostgresDatabase | SQLiteDatabase:
    """A PostgreSQL database on the server of `server_url`; without one, a SQLite file in `folder`."""
    if server_url is None:
        return SQLiteDatabase(folder / "opsflows.sqlite3")
    return PostgresDatabase(server_url, prefix=prefix)
