"""The insert on PostgreSQL: one hand-written statement, which in autocommit is the transaction."""

import uuid
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from opsflows.events.batch import Batch

# Both statements say the same, for one event with a key (nearly every request) and for any number: arrays of payloads
# cost three times as much to send and to read. The events follow the keys that could be taken; the source's revision
# is checked in the same snapshot.
_ONE = """
WITH fresh AS (
    INSERT INTO event_keys (scope, key, event_id, body_hash, created_at)
    SELECT %(scope)s, %(key)s, %(id)s::uuid, %(hash)s, %(now)s::timestamptz
    WHERE %(source)s::uuid IS NULL OR EXISTS (
        SELECT FROM sources WHERE id = %(source)s::uuid AND revision = %(revision)s AND is_active)
    ON CONFLICT (scope, key) DO NOTHING
    RETURNING event_id
), stored AS (
    INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth,
                        cause_step_id)
    SELECT event_id, %(account)s::uuid, %(source)s::uuid, %(label)s, %(door)s, %(name)s, %(occurred)s::timestamptz,
           %(now)s::timestamptz, 0, ''
    FROM fresh
), carried AS (
    INSERT INTO event_payloads (event_id, data, body, headers)
    SELECT event_id, %(data)s::jsonb, %(body)s::bytea, %(headers)s::jsonb FROM fresh
)
SELECT event_id FROM fresh
"""

_MANY = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(keys)s::text[], %(hashes)s::text[],
                         %(occurred)s::timestamptz[], %(data)s::text[])
        WITH ORDINALITY AS t (id, name, key, hash, occurred_at, data, position)
    WHERE %(source)s::uuid IS NULL OR EXISTS (
        SELECT FROM sources WHERE id = %(source)s::uuid AND revision = %(revision)s AND is_active)
), keyed AS (
    INSERT INTO event_keys (scope, key, event_id, body_hash, created_at)
    SELECT %(scope)s, key, id, hash, %(now)s::timestamptz FROM given WHERE key IS NOT NULL ORDER BY position
    ON CONFLICT (scope, key) DO NOTHING
    RETURNING event_id
), fresh AS MATERIALIZED (
    SELECT given.*, row_number() OVER (ORDER BY position) AS place FROM given
    WHERE key IS NULL OR id IN (SELECT event_id FROM keyed)
), stored AS (
    INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth,
                        cause_step_id)
    SELECT id, %(account)s::uuid, %(source)s::uuid, %(label)s, %(door)s, name, occurred_at, %(now)s::timestamptz, 0, ''
    FROM fresh
), carried AS (
    INSERT INTO event_payloads (event_id, data, body, headers)
    SELECT id, data::jsonb, CASE WHEN place = 1 THEN %(body)s::bytea END, %(headers)s::jsonb FROM fresh
)
SELECT id FROM fresh
"""

_STORED = "SELECT id FROM events WHERE id = ANY(%(ids)s::uuid[])"


def insert(batch: Batch) -> set[uuid.UUID]:
    """Store what is new of `batch` if its source is still as it was; the ids that were new.

    A connection that broke since the last request is replaced and the insert repeated. The ids are ours, so an insert
    that was committed before the connection broke is recognised instead of being done twice.
    """
    # Taken out of its thread-local proxy once; its PostgreSQL attributes are not in the stubs.
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    if not wrapper.in_atomic_block:
        # Repeating covers what Django's `SELECT 1` before the first statement of a request would find out.
        wrapper.health_check_done = True
    try:
        return _run(wrapper, batch)
    except (OperationalError, InterfaceError):
        if wrapper.in_atomic_block or wrapper.is_usable():
            raise
        wrapper.close()
    return _query(wrapper, _STORED, {"ids": [event.id for event in batch.events]}) or _run(wrapper, batch)


def _run(wrapper: Any, batch: Batch) -> set[uuid.UUID]:
    shared: dict[str, Any] = {
        "account": batch.account_id,
        "source": batch.source_id,
        "revision": batch.source_revision,
        "label": batch.source_label,
        "scope": batch.scope,
        "door": batch.door,
        "now": batch.now,
        "body": batch.body,
        "headers": str(batch.headers),
    }
    events = batch.events
    if len(events) == 1 and events[0].key is not None:
        [event] = events
        one = {
            "id": event.id,
            "name": event.name,
            "key": event.key,
            "hash": event.body_hash,
            "occurred": event.occurred_at,
            "data": str(event.data),
        }
        return _query(wrapper, _ONE, shared | one)
    columns = {
        "ids": [event.id for event in events],
        "names": [event.name for event in events],
        "keys": [event.key for event in events],
        "hashes": [event.body_hash for event in events],
        "occurred": [event.occurred_at for event in events],
        "data": [str(event.data) for event in events],
    }
    return _query(wrapper, _MANY, shared | columns)


def _query(wrapper: Any, statement: str, parameters: Mapping[str, Any]) -> set[uuid.UUID]:
    wrapper.ensure_connection()
    # Parameters bound by the server: Django's own cursor would quote every payload into the statement's text.
    plain = psycopg.Cursor(wrapper.connection)
    with wrapper.make_debug_cursor(plain) if wrapper.queries_logged else wrapper.make_cursor(plain) as cursor:
        cursor.execute(statement, parameters)
        return {row[0] for row in cursor.fetchall()}
