"""Where benches run: a PostgreSQL database and a SQLite file of their own, gone at the end."""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.processes.database import PostgresDatabase, SQLiteDatabase, create_database
from tests.processes.stack import Stack

LOCAL_SERVER = "postgres://postgres@127.0.0.1:5432/postgres"


def server_url() -> str | None:
    """The PostgreSQL server of DATABASE_URL, else the one of this machine; None where neither answers."""
    named = os.environ.get("DATABASE_URL", "")
    url = named if named.startswith("postgres") else LOCAL_SERVER
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if url == named:
            raise SystemExit(f"DATABASE_URL names a PostgreSQL server that does not answer: {error}") from None
        return None
    return url


def add_database_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database", choices=("both", "postgresql", "sqlite"), default="both", help="which databases to measure on"
    )


def chosen(database: str) -> list[str]:
    """The databases to measure on, as asked for and as there are."""
    wanted = ["postgresql", "sqlite"] if database == "both" else [database]
    if "postgresql" in wanted and server_url() is None:
        print("PostgreSQL is left out: no server answers. Name one: DATABASE_URL=postgres://user@host:5432/name")
        wanted.remove("postgresql")
    return wanted


@contextmanager
def place(vendor: str, **environment: str) -> Iterator[Stack]:
    """A stack on a fresh database of `vendor`, with nothing started yet."""
    with tempfile.TemporaryDirectory(prefix="opsflows-bench-") as folder:
        database: PostgresDatabase | SQLiteDatabase = create_database(
            folder=Path(folder),
            server_url=server_url() if vendor == "postgresql" else None,
            prefix="opsflows_bench_",
        )
        try:
            with Stack(Path(folder), database, environment=environment) as stack:
                yield stack
        finally:
            database.drop()
