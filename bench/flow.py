"""Runs of *webhook → condition → HTTP POST to a local receiver*, end to end: accepting, and draining a backlog.

Run as ``python -m bench.flow --events 5000``. Accepting: from the first request until the last run is completed, web
and worker together. Draining: as many events, stored while no worker ran; from the first drain's start until the last
run is completed. CPU is that of web and worker (and of PostgreSQL's processes for this database), in core-milliseconds
a run. ``--py-spy FILE`` records the drain while it works off the backlog, where py-spy is installed.
"""

import argparse
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bench.cpu import Meter
from bench.places import add_database_option, chosen, place
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, prepare
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

CONNECTIONS = 16
PATIENCE = 600.0


def rule(url: str) -> dict[str, Any]:
    """The flow that is measured."""
    return {
        "name": "Flow",
        "trigger": "hmac.deal.won",
        "conditions": {"logic": "AND", "rules": [{"field": "amount", "operator": "greater_than", "value": 1000}]},
        "actions": [
            {"type": "webhook", "url": url, "payload": {"deal": "{{event_id}}", "amount": "{{amount}}", "by": "flow"}}
        ],
    }


def body(key: str) -> dict[str, Any]:
    """A deal that passes the condition: some 400 bytes, as vendors send them."""
    return {
        "type": "deal.won",
        "event_id": key,
        "amount": 125000,
        "customer": {"name": "Beispiel GmbH", "domain": "beispiel.example", "country": "DE", "employees": 140},
        "owner": {"name": "Kim", "email": "kim@acme.example", "team": "enterprise"},
        "lines": [{"sku": f"SKU-{number}", "quantity": number, "price": 1250.5} for number in range(4)],
    }


def bodies(prefix: str, count: int) -> dict[str, dict[str, Any]]:
    keys = [f"{prefix}-{number:06d}" for number in range(count)]
    return {key: body(key) for key in keys}


def completed(stack: Stack) -> int:
    return int(stack.database.value("SELECT count(*) FROM workflow_executions WHERE execution_status = 'completed'"))


def await_runs(stack: Stack, runs: int) -> None:
    """Until everything is done, and done right."""
    await_rest(stack, seconds=PATIENCE, pause=0.05)
    assert completed(stack) == runs, f"{completed(stack)} of {runs} runs completed\n{stack.log_end()}"


def send(stack: Stack, prefix: str, events: int) -> None:
    """Send `events` deals as fast as they are taken; all must be."""
    sendings = prepare(stack.path, stack.secret, bodies(prefix, events))
    Sender(stack.port, connections=CONNECTIONS).send(sendings)
    statuses = Counter(sending.status for sending in sendings)
    assert statuses == {202: events}, f"{statuses}\n{stack.log_end()}"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one measurement."""

    rate: float
    cpu: dict[str, float]


def accept(stack: Stack, events: int) -> Figures:
    """Web and worker at once."""
    before = completed(stack)
    meter = Meter(stack)
    start = time.monotonic()
    send(stack, "accept", events)
    ingest = time.monotonic() - start
    await_runs(stack, before + events)
    print(f"  (the last of {events} events was acknowledged after {ingest:.1f} s: {events / ingest:.0f}/s)")
    return Figures(events / (time.monotonic() - start), meter.per(events))


def drain(stack: Stack, events: int, *, record_to: str | None) -> Figures:
    """A backlog, by a worker that is started on it."""
    before = completed(stack)
    stack.stop("worker")
    send(stack, "drain", events)
    stack.start_worker()
    [drain_pid, *_] = wait_until(lambda: drain_pids(stack), seconds=60, what="a drain")
    meter = Meter(stack)
    start = time.monotonic()
    recorder = record(drain_pid, record_to) if record_to else None
    await_runs(stack, before + events)
    rate = events / (time.monotonic() - start)
    if recorder is not None:
        recorder.send_signal(2)
        recorder.wait()
    return Figures(rate, meter.per(events))


def drain_pids(stack: Stack) -> list[int]:
    """The processes that are resident drains at the moment."""
    return [pid for (pid,) in stack.database.rows("SELECT pid FROM worker_heartbeats WHERE stopped_at IS NULL")]


def record(pid: int, file: str) -> subprocess.Popen[bytes]:
    """py-spy on a running drain; the format follows the file's ending (.svg, else one stack a line)."""
    program = shutil.which("py-spy")
    if program is None:
        raise SystemExit("py-spy is not installed; it is no part of the project: pip install py-spy")
    form = "flamegraph" if file.endswith(".svg") else "raw"
    command = [program, "record", "--pid", str(pid), "--output", file, "--format", form, "--rate", "200", "--gil"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def report(name: str, figures: Figures, *, least: float) -> None:
    cpu = ", ".join(f"{part} {milliseconds:.2f}" for part, milliseconds in figures.cpu.items())
    total = sum(figures.cpu.values())
    print(f"  {name:10} {figures.rate:7.0f} runs/s (aim: {least:.0f})   core-ms a run: {cpu}; together {total:.2f}")


def measure(vendor: str, events: int, *, record_to: str | None = None) -> None:
    with place(vendor) as stack:
        print(f"{vendor}, {events} events, {CONNECTIONS} connections")
        stack.prepare(rule(stack.start_sink()))
        stack.start()
        send(stack, "warm", 200)
        await_runs(stack, 200)
        report("accepting", accept(stack, events), least=500)
        report("draining", drain(stack, events, record_to=record_to), least=1000)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--py-spy", metavar="FILE", help="record the drain of the backlog (.svg, or stacks as text)")
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.events, record_to=options.py_spy)


if __name__ == "__main__":
    main()
