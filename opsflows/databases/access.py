"""How to reach a database: what a call needs to know, its password among it.

Calls are made without the ORM, and what they are given (the frozen request) may be written down, so it names the
database by its id alone. Whoever freezes the call reads the row, and leaves the way here, in the memory of the process.
"""

import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from opsflows.databases.models import Database

MAX_HELD = 1000


@dataclass(frozen=True, slots=True)
class Access:
    """The way to one database, as an administrator set it up."""

    name: str
    kind: str
    host: str
    port: int
    database_name: str
    username: str
    password: str = field(repr=False)
    tls: str
    ca_certificate: str = field(repr=False)
    row_limit: int
    time_limit: int
    #: The folder that the account's SQLite files lie in; None where none is configured.
    folder: Path | None


_held: dict[str, Access] = {}
_lock = threading.Lock()


def hold(database_id: str, access: Access) -> None:
    """Keep the way for calls that follow in this process."""
    with _lock:
        if len(_held) >= MAX_HELD:
            _held.clear()
        _held[database_id] = access


def held(database_id: str) -> Access | None:
    """The way as it was last known here; None where this process has never been told, or forgot."""
    return _held.get(database_id)


def access_to(database: Database) -> Access:
    """The way to `database`, from its row."""
    return Access(
        name=database.name,
        kind=database.kind,
        host=database.host,
        port=database.port,
        database_name=database.database_name,
        username=database.username,
        password=database.password,
        tls=database.tls,
        ca_certificate=database.ca_certificate,
        row_limit=database.row_limit,
        time_limit=database.time_limit,
        folder=sqlite_folder(database.account_id),
    )


def sqlite_folder(account_id: uuid.UUID) -> Path | None:
    """Where an administrator of the machine puts the account's SQLite files."""
    folder = settings.QUERY_SQLITE_FOLDER
    return Path(folder) / str(account_id) if folder else None
