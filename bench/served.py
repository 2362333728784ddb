"""Webhooks a second over HTTP, at 16 connections, beside the limits of this machine in the same run.

Run as ``python -m bench.served``. The hooks' view and a bare view that does the same insert by hand (`bench/bare.py`)
are served by the same gunicorn, in turn, so that whatever else the machine does falls on both. Below them stands what
the database alone takes: pgbench with the equivalent statement at equal concurrency, or one connection to the SQLite
file. The aim is at least 0.6 of the bare view.
"""

import argparse
import json
import re
import shutil
import sqlite3
import statistics
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.flow import bodies
from bench.places import add_database_option, chosen, place
from tests.processes.database import PostgresDatabase, SQLiteDatabase
from tests.processes.sender import Sender, prepare
from tests.processes.stack import Stack

CONNECTIONS = 16
AIM = 0.6
PGBENCH = """
\\set number random(1, 1000000000000000)
WITH fresh AS (
    INSERT INTO event_keys (scope, key, event_id, body_hash, created_at)
    VALUES ('pgbench', :client_id || '-' || :number, gen_random_uuid(), '', now())
    ON CONFLICT DO NOTHING RETURNING event_id
), stored AS (
    INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth,
                        cause_step_id)
    SELECT event_id, '{account}'::uuid, '{source}'::uuid, '', 'webhook', 'hmac.deal.won', now(), now(), 0, '' FROM fresh
), carried AS (
    INSERT INTO event_payloads (event_id, data, body, headers)
    SELECT event_id, '{data}'::jsonb, '{data}'::bytea, '{{}}'::jsonb FROM fresh
)
SELECT event_id FROM fresh;
"""


def served(stack: Stack, target: str, count: int, name: str) -> float:
    """Requests a second that `target` acknowledged."""
    given = {key: body | {"id": key} for key, body in bodies(name, count).items()}
    sendings = prepare(target, stack.secret, given)
    elapsed = Sender(stack.port, connections=CONNECTIONS).send(sendings)
    statuses = Counter(sending.status for sending in sendings)
    assert statuses == {202: count}, f"{statuses}\n{stack.log_end()}"
    return count / elapsed


def pgbench(stack: Stack, account: uuid.UUID, source: uuid.UUID, count: int) -> float | None:
    """Statements a second by pgbench; None where it is not installed."""
    program = shutil.which("pgbench")
    if program is None:
        return None
    script = stack.folder / "insert.pgbench"
    [body] = bodies("pgbench", 1).values()
    # A colon and a letter would be a variable of pgbench's.
    data = json.dumps(body, separators=(", ", ": "))
    script.write_text(PGBENCH.format(account=account, source=source, data=data))
    clients = ["--client", str(CONNECTIONS), "--jobs", "2", "--transactions", str(count // CONNECTIONS)]
    command = [program, "--no-vacuum", "--protocol", "prepared", "--file", str(script), *clients, stack.database.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found.group(1))


def by_one_connection(path: Path, account: str, source: str, count: int) -> float:
    """Transactions a second of one process that does nothing else, as durable as the product's."""
    text = json.dumps(next(iter(bodies("direct", 1).values())))
    link = sqlite3.connect(path, isolation_level=None)
    link.execute("PRAGMA synchronous=FULL")
    start = time.monotonic()
    for number in range(count):
        event_id, now = uuid.uuid4().hex, "2026-03-02 09:00:00"
        link.execute("BEGIN IMMEDIATE")
        link.execute("INSERT INTO event_keys VALUES ('direct', ?, ?, '', ?)", [str(number), event_id, now])
        link.execute(
            "INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth, "
            "cause_step_id) VALUES (?, ?, ?, '', 'webhook', 'hmac.deal.won', ?, ?, 0, '')",
            [event_id, account, source, now, now],
        )
        link.execute(
            "INSERT INTO event_payloads (event_id, data, body, headers) VALUES (?, ?, ?, '{}')",
            [event_id, text, text.encode()],
        )
        link.execute("COMMIT")
    elapsed = time.monotonic() - start
    link.close()
    return count / elapsed


def measure(vendor: str, count: int, rounds: int) -> None:
    with place(vendor, DJANGO_SETTINGS_MODULE="bench.bare_settings") as stack:
        stack.prepare()
        stack.start_web()
        stack.wait_web()
        account, source = stack.database.rows("SELECT account_id, id FROM sources")[0]
        targets = {"hooks": stack.path, "bare": f"/bare/{uuid.UUID(str(account))}/{uuid.UUID(str(source))}"}
        rates: dict[str, list[float]] = {name: [] for name in targets}
        for name, target in targets.items():
            served(stack, target, count // 4, f"warm-{name}")
        for number in range(rounds):
            for name, target in targets.items():
                rates[name].append(served(stack, target, count, f"{name}-{number}"))
        stack.stop("web")
        if isinstance(stack.database, PostgresDatabase):
            limit, label = pgbench(stack, account, source, 4 * count), "pgbench"
        else:
            assert isinstance(stack.database, SQLiteDatabase)
            limit, label = by_one_connection(stack.database.path, account, source, count), "one connection"
    hooks, bare = (statistics.median(rates[name]) for name in ("hooks", "bare"))
    ratios = [mine / other for mine, other in zip(rates["hooks"], rates["bare"], strict=True)]
    print(f"{vendor}, {count} requests at {CONNECTIONS} connections, median of {rounds} rounds")
    print(f"  hooks {hooks:7.0f}/s   {statistics.median(ratios):.2f} of the bare view (aim: at least {AIM})")
    print(f"  bare  {bare:7.0f}/s")
    if limit is not None:
        print(f"  {label} {limit:.0f}/s: hooks are {hooks / limit:.2f} of it")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1500, help="in each round")
    parser.add_argument("--rounds", type=int, default=3)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.requests, options.rounds)


if __name__ == "__main__":
    main()
