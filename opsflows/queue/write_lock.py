"""Who keeps everybody else from writing to a SQLite file: a process that hangs inside of a write does so for good."""

import logging
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from opsflows.queue.processes import descends_from

logger = logging.getLogger(__name__)

_LOCKS = Path("/proc/locks")
#: The byte of the `-shm` file whose lock makes its holder the one writer (SQLite's file format, "WAL locks").
_WRITER = "120"


def writer_of(database: Path) -> int | None:
    """The process that writes to a SQLite file in WAL mode at this moment; None where none does, or nobody can tell."""
    try:
        inode = str(database.with_name(f"{database.name}-shm").stat().st_ino)
        lines = _LOCKS.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        # 1: POSIX ADVISORY WRITE <pid> <device>:<inode> <first byte> <last byte>; one that waits has "->" as a field.
        fields = line.split()
        if len(fields) == 8 and fields[3] == "WRITE" and fields[5].rpartition(":")[2] == inode and fields[6] == _WRITER:
            return int(fields[4])
    return None


def end_hung_writer(database: Path, *, family_of: int, seconds: float, pause: float) -> int | None:
    """End the process that has been writing for all of `seconds`, if it descends from `family_of`; which one it was.

    No transaction of ours lasts nearly as long. A process of somebody else's is named in the log and left alone.
    """
    holder = writer_of(database)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(pause)
        if holder is None or writer_of(database) != holder:
            return None
    if holder is None:
        return None
    if not descends_from(holder, family_of):
        logger.error("Process %d has kept everybody from writing to the database for %.0f s.", holder, seconds)
        return None
    logger.error("Process %d has kept everybody from writing to the database for %.0f s; ending it.", holder, seconds)
    with suppress(ProcessLookupError):
        os.kill(holder, signal.SIGKILL)
    return holder
