"""The one clock that all workers share: the database's.

Leases and heartbeats written on one machine are judged on another. By each machine's own clock, a skew of some seconds
would make healthy workers bury one another.
"""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

#: Seconds between two comparisons; clocks drift by milliseconds in that time.
COMPARE_EVERY = 10.0

_ahead = timedelta(0)
_compared: float | None = None


def now() -> datetime:
    """The present moment by the database's clock, as far as the last comparison tells; asks nobody."""
    return timezone.now() + _ahead


def compare() -> None:
    """Compare this machine's clock with the database's, unless that was done just now.

    SQLite has no clock of its own: all its processes share a machine. Raises a database error where it is away; `now`
    then goes on by the last comparison.
    """
    global _ahead, _compared
    moment = time.monotonic()
    if connection.vendor != "postgresql" or (_compared is not None and moment - _compared < COMPARE_EVERY):
        return
    asked = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: datetime = cursor.fetchone()[0]
    # The question took as long on its way as the answer, as far as anybody can tell.
    _ahead = told.astimezone(UTC) - (asked + (timezone.now() - asked) / 2)
    _compared = moment
