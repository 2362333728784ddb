"""A stack on the database that the suite runs on: PostgreSQL where DATABASE_URL names a server, else SQLite."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes.database import PostgresDatabase, SQLiteDatabase, create_database
from tests.processes.stack import Stack


@pytest.fixture
def database(tmp_path: Path) -> Iterator[PostgresDatabase | SQLiteDatabase]:
    server_url = None if settings.IS_SQLITE else os.environ["DATABASE_URL"]
    database = create_database(folder=tmp_path, server_url=server_url, prefix="opsflows_proc_")
    yield database
    database.drop()


@pytest.fixture
def stack(tmp_path: Path, database: PostgresDatabase | SQLiteDatabase) -> Iterator[Stack]:
    """Nothing of it is started yet."""
    with Stack(tmp_path, database) as stack:
        yield stack
