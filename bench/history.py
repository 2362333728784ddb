"""What a run costs with ten thousand finished runs in the database, and with a million.

Run as ``python -m bench.history``. The same load (webhook → condition → HTTP POST to a local receiver, web and worker
together) is measured on both, in turn of rounds: core time of web, worker and PostgreSQL, and the pages of tables and
indexes that PostgreSQL looked at for it; `read` are those that were not in its memory. The limit is 1.3 times the cost,
and no more pages read.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.cpu import Meter
from bench.flow import PATIENCE, completed, rule, send
from bench.places import add_database_option, chosen, place
from bench.seed_history import seed
from tests.processes.database import PostgresDatabase
from tests.processes.rest import await_rest
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

SMALL = 10_000
ROUNDS = 3
#: PostgreSQL's processes publish what they counted at most once a second.
PUBLISHED = 1.2


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run: core-milliseconds, wall milliseconds, pages looked at, pages read into memory."""

    core_ms: float
    wall_ms: float
    pages: float
    read: float


def pages(stack: Stack) -> tuple[int, int]:
    """Pages looked at and pages read in the stack's database so far; nothing on SQLite, which does not count them."""
    if not isinstance(stack.database, PostgresDatabase):
        return 0, 0
    asked_at = time.monotonic()
    wait_until(lambda: time.monotonic() > asked_at + PUBLISHED, seconds=10, what="the counters", pause=0.1)
    # At its end our own connection publishes what it counted before.
    stack.database.rows("SELECT 1")
    [row] = stack.database.rows(
        "SELECT blks_hit + blks_read, blks_read FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(row[0]), int(row[1])


def measure_round(stack: Stack, name: str, events: int) -> Cost:
    before, seen = completed(stack), pages(stack)
    meter, start = Meter(stack), time.monotonic()
    send(stack, name, events)
    await_rest(stack, seconds=PATIENCE, pause=0.05)
    elapsed = time.monotonic() - start
    core = sum(cost for part, cost in meter.per(events).items() if part != "sink")
    looked, read = (now - then for now, then in zip(pages(stack), seen, strict=True))
    # Only now, for counting looks at every page of the table.
    assert completed(stack) == before + events, stack.log_end()
    return Cost(core, elapsed * 1000 / events, looked / events, read / events)


def measure_history(stack: Stack, name: str, events: int) -> Cost:
    """The median of some rounds, after one that does not count."""
    rounds = [measure_round(stack, f"{name}-{number}", events) for number in range(ROUNDS + 1)][1:]
    return Cost(
        core_ms=statistics.median(each.core_ms for each in rounds),
        wall_ms=statistics.median(each.wall_ms for each in rounds),
        pages=statistics.median(each.pages for each in rounds),
        read=statistics.median(each.read for each in rounds),
    )


def measure(vendor: str, runs: int, events: int) -> None:
    with place(vendor) as stack:
        stack.prepare(rule(stack.start_sink()))
        costs = {}
        written = 0
        for size in (min(SMALL, runs), runs):
            started = time.monotonic()
            seed(stack.database, first=written + 1, last=size)
            written = size
            print(f"{vendor}: history of {size:,} runs written in {time.monotonic() - started:.0f} s", flush=True)
            stack.start()
            costs[size] = measure_history(stack, f"with-{size}", events)
            stack.stop("web", "worker")
        report(vendor, costs)


def report(vendor: str, costs: dict[int, Cost]) -> None:
    for size, cost in costs.items():
        looked = f"   pages looked at {cost.pages:.0f}, read {cost.read:.1f}" if cost.pages else ""
        print(f"  with {size:>9,}: {cost.core_ms:.2f} core-ms, {cost.wall_ms:.2f} ms a run{looked}")
    small, large = costs.values()
    parts = [f"core time {large.core_ms / small.core_ms:.2f}", f"time {large.wall_ms / small.wall_ms:.2f}"]
    if small.pages:
        parts.append(f"pages {large.pages / small.pages:.2f}")
    few, many = costs
    print(f"  {vendor}, {many:,} against {few:,}: {', '.join(parts)} (aim: at most 1.3)")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=800, help="in each round")
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.runs, options.events)


if __name__ == "__main__":
    main()
