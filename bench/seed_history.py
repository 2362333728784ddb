"""Finished runs written straight into the database, as the engine would have left them: each an event and two steps."""

import json

from bench.flow import body
from tests.processes.database import Database, PostgresDatabase

#: A million in one statement would hold a million rows in memory on SQLite.
PORTION = 100_000
#: Statements by table; `{{…}}` is what the two databases write differently. Older than every run of today.
_STATEMENTS = (
    "INSERT INTO event_keys (scope, key, event_id, body_hash, created_at) "
    "SELECT 'seed', {key}, {event}, '', {moment} FROM {numbers}",
    "INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, routed_at, "
    "depth, cause_step_id) SELECT {event}, s.account_id, s.id, s.name, 'webhook', 'hmac.deal.won', {moment}, {moment}, "
    "{moment}, 0, '' FROM {numbers} CROSS JOIN sources s",
    "INSERT INTO event_payloads (event_id, data, body, headers) SELECT {event}, {json}, {bytes}, '{{}}' FROM {numbers}",
    "INSERT INTO workflow_executions (id, account_id, workflow_id, version_id, event_id, execution_status, priority, "
    "depth, failed_steps, started_at, completed_at, execution_time_ms) SELECT {run}, w.account_id, w.id, "
    "w.published_version_id, {event}, 'completed', 2, 0, 0, {moment}, {moment}, 20 "
    "FROM {numbers} CROSS JOIN workflows w",
    *(
        "INSERT INTO workflow_steps (id, execution_id, step_id, step_type, iteration, generation, attempt, "
        "step_config, input_data, output_data, step_status, handle, warnings, started_at, completed_at) "
        f"SELECT {{{step}}}, {{run}}, '{step}', '{kind}', '', 0, 1, '{{{{}}}}', {{json}}, {{json}}, 'completed', "
        "'done', '[]', {moment}, {moment} FROM {numbers}"
        for step, kind in (("conditions", "condition"), ("a1", "webhook"))
    ),
)


def seed(database: Database, *, first: int, last: int) -> None:
    """Write the runs numbered `first` to `last`; the one workflow and the one source of the database get them."""
    postgresql = isinstance(database, PostgresDatabase)
    if postgresql:
        database.execute("SET synchronous_commit = off")
        # Foreign keys are right by construction.
        database.execute("SET session_replication_role = replica")
    for start in range(first, last + 1, PORTION):
        words = _words(start, min(start + PORTION - 1, last), postgresql=postgresql)
        for statement in _STATEMENTS:
            database.execute(statement.format(**words))
    if postgresql:
        database.execute("SET session_replication_role = origin")
        database.execute("VACUUM ANALYZE")
        database.execute("CHECKPOINT")
    else:
        database.execute("ANALYZE")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _words(first: int, last: int, *, postgresql: bool) -> dict[str, str]:
    text = json.dumps(body("seed"))
    kinds = {"event": 1, "run": 2, "conditions": 3, "a1": 4}
    if postgresql:
        ids = {
            name: f"('00000000-000{kind}-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid" for name, kind in kinds.items()
        }
        return ids | {
            "key": "md5(n::text)",
            "moment": "(timestamptz '2025-01-01 00:00Z' + n * interval '1 second')",
            "json": f"'{text}'::jsonb",
            "bytes": f"convert_to('{text}', 'UTF8')",
            "numbers": f"generate_series({first}, {last}) AS n",
        }
    ids = {name: f"printf('00000000000{kind}70008000%012x', n)" for name, kind in kinds.items()}
    return ids | {
        "key": "printf('%x', n * 2654435761 % 4294967296)",
        "moment": "datetime('2025-01-01', n || ' seconds')",
        "json": f"'{text}'",
        "bytes": f"CAST('{text}' AS BLOB)",
        "numbers": (
            f"(WITH RECURSIVE counting (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counting WHERE n < {last}) "
            "SELECT n FROM counting)"
        ),
    }
