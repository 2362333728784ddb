"""Whether a database error will pass, or belongs to the row that was being written."""

import sqlite3

from django.db import InterfaceError, OperationalError

#: PostgreSQL's classes of SQLSTATE that speak of the server's or the connection's state: connection, transaction
#: rollback (deadlock, serialization), resources, object state (lock not available), operator intervention, system.
_PASSING = frozenset({"08", "40", "53", "55", "57", "58"})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})


def is_transient(error: Exception) -> bool:
    """True when the same work may succeed later: it is kept and tried again. False: this very row is at fault.

    Django folds both into `OperationalError`; a poison row that raised one would otherwise be tried for ever.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # Extended codes carry the primary one in their low byte.
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF in _BUSY
    state = getattr(cause, "sqlstate", None)
    # Without a state the server never answered.
    return state is None or state[:2] in _PASSING
