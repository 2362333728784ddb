"""The insert on SQLite, inside a transaction that holds the write lock from its start (IMMEDIATE)."""

import fcntl
import os
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from opsflows.events.batch import Batch, NewEvent

_LISTENING = "SELECT 1 FROM sources WHERE id = %s AND revision = %s AND is_active"
_KEY = "INSERT OR IGNORE INTO event_keys (scope, key, event_id, body_hash, created_at) VALUES (%s, %s, %s, %s, %s)"
_EVENT = """
INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth, cause_step_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, '')
"""
_PAYLOAD = "INSERT INTO event_payloads (event_id, data, body, headers) VALUES (%s, %s, %s, %s)"


_door = threading.Lock()
_lock_file: dict[int, int] = {}


@contextmanager
def turnstile() -> Iterator[None]:
    """One writer of events at a time, on this machine, in the order they come.

    SQLite's own lock makes those who wait sleep and try again, for up to a tenth of a second each time; the kernel's
    wakes the next one at once.
    """
    with _door:
        descriptor = _lock_file.get(os.getpid())
        if descriptor is None:
            path = settings.OPSFLOWS_HOME / "ingest.lock"
            descriptor = _lock_file[os.getpid()] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def insert(batch: Batch) -> set[uuid.UUID]:
    """Store what is new of `batch` if its source is still as it was; the ids that were new."""
    moment = connection.ops.adapt_datetimefield_value
    now = moment(batch.now)
    source = None if batch.source_id is None else batch.source_id.hex
    with connection.cursor() as cursor:
        if source is not None:
            cursor.execute(_LISTENING, [source, batch.source_revision])
            if cursor.fetchone() is None:
                return set()
        fresh: list[NewEvent] = []
        for event in batch.events:
            if event.key is not None:
                cursor.execute(_KEY, [batch.scope, event.key, event.id.hex, event.body_hash, now])
                if cursor.rowcount == 0:
                    continue
            fresh.append(event)
        cursor.executemany(
            _EVENT,
            [
                (
                    event.id.hex,
                    batch.account_id.hex,
                    source,
                    batch.source_label,
                    batch.door,
                    event.name,
                    moment(event.occurred_at),
                    now,
                )
                for event in fresh
            ],
        )
        cursor.executemany(_PAYLOAD, _payloads(batch, fresh))
    return {event.id for event in fresh}


def _payloads(batch: Batch, fresh: Sequence[NewEvent]) -> list[tuple[str | bytes | None, ...]]:
    return [
        (event.id.hex, str(event.data), batch.body if place == 0 else None, str(batch.headers))
        for place, event in enumerate(fresh)
    ]
