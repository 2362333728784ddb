"""A limit on how often somebody may come: per minute, counted by each process of the server for itself.

It spares the machine. Guessing is hopeless without it: a link carries 256 random bits.
"""

import hashlib
import threading
from datetime import datetime

#: Names that are counted in one minute; when there are more, new ones have to wait for the next.
_MOST_NAMES = 50_000


class Limiter:
    """Counts by name; the names themselves, addresses and links, are not kept."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._minute = -1
        self._counts: dict[bytes, int] = {}

    def is_too_often(self, name: str, *, now: datetime) -> bool:
        """Count one more; whether that is more than `most` within this minute."""
        key = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        minute = int(now.timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            count = self._counts.get(key, 0) + 1
            if count > 1 or len(self._counts) < _MOST_NAMES:
                self._counts[key] = count
                return count > self.most
        return True

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts = {}
