"""Databases to ask: a file of SQLite's and, where the tests run on PostgreSQL, a database of its own beside theirs."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from opsflows.accounts.models import PlatformAccount
from opsflows.databases.models import Database, Statement
from tests.runs.conftest import account, actor, engine, live, probes

__all__ = ["account", "actor", "engine", "live", "probes"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TABLES = """
CREATE TABLE contacts (id integer PRIMARY KEY, email text NOT NULL, score numeric(10, 2), updated_at {moment});
CREATE TABLE payments (reference text PRIMARY KEY, customer_id text NOT NULL, amount numeric(10, 2) CHECK (amount > 0));
INSERT INTO contacts VALUES (1, 'ada@example.com', 19.99, '2026-03-01T10:00:00+00:00');
INSERT INTO contacts VALUES (2, 'bob@example.com', NULL, '2026-02-01T10:00:00+00:00');
"""


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where SQLite files of all accounts lie."""
    settings.QUERY_SQLITE_FOLDER = str(tmp_path / "sqlite")
    return tmp_path / "sqlite"


@pytest.fixture
def sales(account: PlatformAccount, folder: Path) -> Database:
    """A file of SQLite's with contacts and payments."""
    own = folder / str(account.pk)
    own.mkdir(parents=True)
    with sqlite3.connect(own / "sales.sqlite3") as file:
        file.executescript(TABLES.format(moment="text"))
    file.close()
    return Database.objects.create(account=account, name="sales", kind="sqlite", database_name="sales.sqlite3")


@pytest.fixture
def beside(settings: Any) -> Iterator[dict[str, Any]]:
    """How to reach a PostgreSQL database that is not the application's: the fields of a `Database`."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    own = connection.settings_dict
    name = f"query_{uuid.uuid4().hex[:12]}"
    host = {"host": own["HOST"] or "127.0.0.1", "port": int(own["PORT"] or 5432)}
    login = {"user": own["USER"], "password": own["PASSWORD"] or None}
    with psycopg.connect(**host, **login, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(**host, **login, dbname=name, autocommit=True) as new:
                new.execute(TABLES.format(moment="timestamptz"))
            yield {
                "kind": "postgresql",
                **host,
                "database_name": name,
                "username": own["USER"],
                "password": own["PASSWORD"] or "",
                "tls": "disable",
            }
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def crm(account: PlatformAccount, beside: dict[str, Any]) -> Database:
    """The PostgreSQL database with contacts and payments."""
    return Database.objects.create(account=account, name="crm", **beside)


@pytest.fixture
def named() -> Callable[..., Statement]:
    """A statement of a database: `named(database, "add-payment", "INSERT …", writes=True)`."""

    def make(database: Database, name: str, sql: str, **fields: Any) -> Statement:
        return Statement.objects.create(account=database.account, database=database, name=name, sql=sql, **fields)

    return make
