"""What is looked at while SQLite works: the clock, and how much a query lays down in temporary files to sort it."""

import os
import time
from contextlib import suppress

from opsflows.databases.sqlite_functions import Refusals

#: Bytes of temporary files, of all queries of the process together.
MOST_TEMPORARY = 256 * 1024 * 1024
#: Seconds between two looks at them.
_LOOK = 0.1
#: Where Linux tells which files are open (elsewhere nothing does), and what SQLite calls its temporary ones.
_OPEN, _TEMPORARY = "/proc/self/fd", "etilqs_"


class Watch:
    """Says, again and again, whether a query is to be stopped after `seconds`; `refusals` gets another reason."""

    def __init__(self, seconds: float, refusals: Refusals) -> None:
        self._refusals = refusals
        self._end = time.monotonic() + seconds
        self._look = time.monotonic() + _LOOK

    def __call__(self) -> bool:
        now = time.monotonic()
        if now > self._end:
            return True
        if now < self._look:
            return False
        self._look = now + _LOOK
        if _temporary() <= MOST_TEMPORARY:
            return False
        self._refusals.append(f"What is sorted takes more than {MOST_TEMPORARY:,} bytes; sort fewer rows, or shorter.")
        return True


def _temporary() -> int:
    total = 0
    with suppress(OSError):
        for name in os.listdir(_OPEN):
            # It may be closed meanwhile.
            with suppress(OSError):
                path = f"{_OPEN}/{name}"
                if _TEMPORARY in os.readlink(path):
                    total += os.stat(path).st_size
    return total
