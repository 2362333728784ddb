"""An event came again: one number and one moment are kept beside it. The event and its key are not touched."""

import datetime
import logging
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import Error, connection, transaction

from opsflows.events.store_sqlite import turnstile

logger = logging.getLogger(__name__)

_COUNT = """
INSERT INTO event_repeats (event_id, count, last_at) VALUES {rows}
ON CONFLICT (event_id) DO UPDATE SET
    count = event_repeats.count + excluded.count,
    last_at = CASE WHEN excluded.last_at > event_repeats.last_at THEN excluded.last_at ELSE event_repeats.last_at END
"""
#: A database bounds the parameters of a statement.
_AT_ONCE = 1000


def count_repeats(event_ids: Sequence[uuid.UUID], *, now: datetime.datetime) -> None:
    """Each of `event_ids` came once more at `now`; one statement for all of them, and none where there are none.

    The sender is answered by what is stored, so a number that cannot be written never changes the answer.
    """
    if not event_ids:
        return
    # Sorted, so that requests with the same copies take their locks in the same order.
    times = sorted(Counter(event_ids).items())
    try:
        with _apart():
            for start in range(0, len(times), _AT_ONCE):
                _count(times[start : start + _AT_ONCE], now)
    except Error:
        logger.exception("copies of %s events could not be counted", len(times))


def _count(times: Sequence[tuple[uuid.UUID, int]], now: datetime.datetime) -> None:
    native, moment = connection.features.has_native_uuid_field, connection.ops.adapt_datetimefield_value(now)
    values = [value for event_id, count in times for value in (event_id if native else event_id.hex, count, moment)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(rows=", ".join(["(%s, %s, %s)"] * len(times))), values)


@contextmanager
def _apart() -> Iterator[None]:
    """Where it fails, nothing around it fails; alone, it is a transaction of its own without asking for one."""
    if connection.vendor == "sqlite":
        with turnstile(), transaction.atomic():
            yield
    elif connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        yield
