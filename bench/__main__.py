"""All benches, one after the other, each beside its limit measured in the same run; some ten minutes on two cores.

Run as ``python -m bench`` or ``make bench``. Each is a program of its own as well: ``python -m bench.flow --help``.
Quote ratios of one run, never figures of two machines.
"""

import argparse
import subprocess
import sys
import time

from bench.places import add_database_option, chosen, place

#: Title, and the bench with its arguments; `{database}` becomes what was chosen.
SERVED = (
    ("Ingest over HTTP", ("bench.served", "--database", "{database}")),
    ("Runs end to end", ("bench.flow", "--database", "{database}")),
    ("Latency", ("bench.latency", "--database", "{database}")),
    ("Memory", ("bench.memory", "--database", "{database}")),
    ("Steps", ("bench.steps", "--database", "{database}")),
    ("Lists", ("bench.lists", "--database", "{database}")),
    ("Idle", ("bench.idle", "--database", "{database}")),
    ("Backtest", ("bench.backtest", "--database", "{database}")),
    ("History", ("bench.history", "--database", "{database}")),
    ("Explain", ("bench.explain", "--database", "{database}")),
    ("Studio pages", ("bench.studio_pages", "--database", "{database}", "--events", "100000")),
)
#: Those that need no server.
ALONE = (("Matching", ("bench.matching",)), ("Outbound calls", ("bench.outbound_cpu",)))


def run(title: str, *command: str) -> bool:
    """One bench, as a process of its own; whether it came to its end."""
    print(f"\n=== {title}", flush=True)
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-m", *command], check=False)
    print(f"    ({time.monotonic() - start:.0f} s)", flush=True)
    return done.returncode == 0


def ingest_alone(vendor: str) -> bool:
    """The cost of one request in one process, on a database that is migrated for it."""
    with place(vendor) as stack:
        stack.prepare()
        print(f"\n=== Ingest, core time of one process, {vendor}", flush=True)
        return (
            subprocess.run([sys.executable, "-m", "bench.ingest"], env=stack.environment, check=False).returncode == 0
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_database_option(parser)
    database: str = parser.parse_args().database
    results = {f"Ingest, {vendor}": ingest_alone(vendor) for vendor in chosen(database)}
    for title, command in (*ALONE, *SERVED):
        results[title] = run(title, *(part.format(database=database) for part in command))
    failed = [title for title, succeeded in results.items() if not succeeded]
    if failed:
        raise SystemExit(f"\nDid not come to their end: {', '.join(failed)}")


if __name__ == "__main__":
    main()
