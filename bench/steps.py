"""Forty cheap steps in sequence (set, condition), wall time a step beside a bare loop that commits the same rows.

Run as ``python -m bench.steps``. One worker's lanes lead runs on in this process, in groups and one by one; the bare
loop inserts copies of the rows that such a run leaves behind, as durably and in as many commits. They take turns, so
that whatever else the machine does falls on all of them. One by one, an event is stored, routed, begun and its run
written in a commit each, as on an idle machine.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.places import add_database_option, chosen, place

STEPS = 40
EVENT = "bench.steps"


def rule() -> dict[str, Any]:
    """Twenty pairs: a variable is set, and a condition looks at it."""
    return {
        "name": "Forty steps",
        "trigger": EVENT,
        "workflow_data": {"nodes": list(_nodes()), "edges": list(_edges())},
    }


def _nodes() -> Iterator[dict[str, Any]]:
    yield {"id": "trigger", "type": "trigger", "data": {"kind": "event", "config": {"event": EVENT}}}
    for number in range(STEPS):
        if number % 2:
            is_more = {"field": f"v{number - 1}", "operator": "greater_than", "value": number - 2}
            kind, config = "condition", {"conditions": {"logic": "AND", "rules": [is_more]}}
        else:
            kind, config = "set", {"values": {f"v{number}": number}}
        step_type = "condition" if kind == "condition" else "action"
        yield {"id": f"s{number}", "type": step_type, "data": {"kind": kind, "config": config}}


def _edges() -> Iterator[dict[str, Any]]:
    yield {"source": "trigger", "target": "s0"}
    for number in range(STEPS - 1):
        way = "true" if number % 2 else "done"
        yield {"source": f"s{number}", "target": f"s{number + 1}", "sourceHandle": way}


def measure(rounds: int, runs: int) -> None:
    """In the environment of a stack whose database is prepared."""
    from django.db import connection

    from bench.lanes import Lanes
    from opsflows.runs.models import Execution

    lanes = Lanes()
    lanes.run(EVENT, 20)
    copies = Copies(Execution.objects.latest("id"))
    ways: dict[str, Callable[[], None]] = {
        "grouped": lambda: lanes.run(EVENT, runs),
        "grouped, bare": lambda: copies.write(runs, commits=1),
        "one by one": lambda: [lanes.run(EVENT, 1) for _ in range(runs)] and None,
        "one by one, bare": lambda: copies.write(runs, commits=runs),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, go in ways.items():
            start = time.perf_counter()
            go()
            found[name].append((time.perf_counter() - start) / runs / STEPS * 1e6)
    figures = {name: statistics.median(times) for name, times in found.items()}
    print(f"{connection.vendor}, {STEPS} steps a run, {runs} runs in each of {rounds} rounds, µs a step")
    for name in ("grouped", "one by one"):
        ours, bare = figures[name], figures[f"{name}, bare"]
        print(f"  {name:10} {ours:7.1f}   bare loop {bare:6.1f}   {ours / bare:.1f} times the bare loop")


class Copies:
    """The rows of one finished run, to be written again and again as bare statements."""

    def __init__(self, run: Any) -> None:
        from opsflows.runs.models import Execution, Step, Variable

        self._rows = {Execution: [run]}
        for model in (Step, Variable):
            self._rows[model] = list(model.objects.filter(execution=run))

    def write(self, runs: int, *, commits: int) -> None:
        from django.db import transaction

        for _ in range(commits):
            with transaction.atomic():
                for _ in range(runs // commits):
                    self._one()

    def _one(self) -> None:
        from django.db import connection

        run_id = None
        with connection.cursor() as cursor:
            for model, rows in self._rows.items():
                fields = model._meta.concrete_fields
                values = []
                for row in rows:
                    row.pk = model._meta.pk.get_default()
                    run_id = run_id or row.pk
                    # Its event has started it already.
                    given = {"execution_id": run_id, "event_id": None}
                    values.append(
                        [
                            field.get_db_prep_save(given.get(field.attname, getattr(row, field.attname)), connection)
                            for field in fields
                        ]
                    )
                columns = ", ".join(field.column for field in fields)
                places = ", ".join(["%s"] * len(fields))
                table = model._meta.db_table
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=100, help="in each round")
    parser.add_argument("--here", action="store_true", help="in the database of this environment, which is prepared")
    add_database_option(parser)
    options = parser.parse_args(arguments)
    if options.here:
        measure(options.rounds, options.runs)
        return
    for vendor in chosen(options.database):
        with place(vendor) as stack:
            stack.prepare(rule())
            command = ["-m", "bench.steps", "--here", f"--rounds={options.rounds}", f"--runs={options.runs}"]
            subprocess.run([sys.executable, *command], env=stack.environment, check=True)


if __name__ == "__main__":
    main()
