"""The database is away for a while, in the way that its kind can be."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.processes.database import PostgresDatabase, SQLiteDatabase
from tests.processes.proxy import Proxy
from tests.processes.stack import Stack

_clock = threading.Event()


class Outage(AbstractContextManager["Outage"]):
    """A stack whose database can be taken away from it."""

    def __init__(self, folder: Path, database: PostgresDatabase | SQLiteDatabase) -> None:
        self._database = database
        self._proxy: Proxy | None = None
        url = None
        if isinstance(database, PostgresDatabase):
            self._proxy = Proxy(database.host, database.port).__enter__()
            url = database.through(self._proxy.port)
        self.stack = Stack(folder, database, database_url=url)

    def __exit__(self, *_: object) -> None:
        self.stack.stop()
        if self._proxy is not None:
            self._proxy.__exit__()

    def last(self, seconds: float) -> None:
        """Take the database away for so long: PostgreSQL's connections break and are refused, SQLite's file is locked.

        Returns when it is back.
        """
        with self._away():
            _clock.wait(seconds)

    @contextmanager
    def _away(self) -> Iterator[None]:
        if self._proxy is not None:
            self._proxy.cut()
            yield
            self._proxy.mend()
            return
        assert isinstance(self._database, SQLiteDatabase)
        with self._database.connection() as link:
            link.execute("BEGIN EXCLUSIVE")
            yield
            link.execute("COMMIT")
