"""A `foreach` over 10,000 items: items a second, the worker's peak memory, and how soon it goes on after a kill.

Run as ``python -m bench.lists``. Two lists, one after the other: a task is made for each item, and a local receiver is
called for each; 50 are under way at once. Beside them stand as many runs of the same single step, drained from a
backlog by the same worker. In the middle of a second list the
process that does the work is killed; it counts how long until further items are done. At the end nothing may be lost,
and nothing done twice (of calls: under two keys).
"""

import argparse
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

import psutil

from bench.flow import drain_pids
from bench.memory import pss_mb
from bench.places import add_database_option, chosen, place
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, prepare
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

CONCURRENCY = 50
PATIENCE = 900.0
KINDS = ("task", "call")


def step(kind: str, url: str, name: str) -> dict[str, Any]:
    """The cheap step about one thing called `name`."""
    if kind == "task":
        return {"kind": "create_task", "config": {"title": name}}
    return {"kind": "webhook", "config": {"url": url, "payload": {"n": name}, "on_unclear": "repeat"}}


def over_a_list(kind: str, url: str) -> dict[str, Any]:
    """A flow that does the step for each item."""
    each = {"kind": "foreach", "config": {"items": "{{items}}", "concurrency": CONCURRENCY}}
    return _flow(f"hmac.list.{kind}", each, step(kind, url, "{{list}}-{{item}}"))


def alone(kind: str, url: str) -> dict[str, Any]:
    """A flow that does the same step, and nothing else."""
    return _flow(f"hmac.alone.{kind}", step(kind, url, "{{event_id}}"))


def _flow(event: str, first: dict[str, Any], inner: dict[str, Any] | None = None) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [
        {"id": "trigger", "type": "trigger", "data": {"kind": "event", "config": {"event": event}}},
        {"id": "first", "type": _type(first), "data": first},
    ]
    edges = [{"source": "trigger", "target": "first"}]
    if inner is not None:
        nodes.append({"id": "inner", "type": _type(inner), "data": inner})
        edges.append({"source": "first", "target": "inner", "sourceHandle": "each"})
    return {"name": event, "trigger": event, "workflow_data": {"nodes": nodes, "edges": edges}}


def _type(data: dict[str, Any]) -> str:
    return "webhook" if data["kind"] == "webhook" else "action"


class Peak:
    """The most memory that the worker and all below it held together, as often as it was looked at."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.mb = 0.0

    def look(self) -> None:
        try:
            self.mb = max(self.mb, pss_mb(self._stack.family("worker")))
        except psutil.NoSuchProcess:
            return


def begin(stack: Stack, kind: str, name: str, items: int) -> None:
    """Send the event with the list."""
    body = {"type": f"list.{kind}", "event_id": name, "list": name, "items": list(range(items))}
    sendings = prepare(stack.path, stack.secret, {name: body})
    Sender(stack.port, connections=1).send(sendings)
    assert [sending.status for sending in sendings] == [202], stack.log_end()


def done(stack: Stack) -> int:
    """Items that are over, of all lists."""
    return int(stack.database.value("SELECT coalesce(sum(done), 0) FROM workflow_forks"))


def whole(stack: Stack, kind: str, items: int) -> tuple[float, float]:
    """Seconds that one list takes, and the worker's peak in MB."""
    before, peak, start = done(stack), Peak(stack), time.monotonic()
    begin(stack, kind, f"{kind}-whole", items)

    def over() -> bool:
        peak.look()
        return done(stack) == before + items

    wait_until(over, seconds=PATIENCE, what=f"{items} items", pause=0.2)
    elapsed = time.monotonic() - start
    await_rest(stack, seconds=60)
    return elapsed, peak.mb


def killed(stack: Stack, kind: str, items: int) -> float:
    """Seconds from the kill of the process that does the work until more items are done."""
    before = done(stack)
    begin(stack, kind, f"{kind}-killed", items)
    wait_until(lambda: done(stack) >= before + items // 2, seconds=PATIENCE, what="half of the items", pause=0.05)
    for pid in drain_pids(stack):
        os.kill(pid, signal.SIGKILL)
    stood, start = done(stack), time.monotonic()
    wait_until(lambda: done(stack) > stood, seconds=60, what="an item after the kill", pause=0.02)
    elapsed = time.monotonic() - start
    await_rest(stack, seconds=PATIENCE, pause=0.2)
    assert done(stack) == before + items, f"{done(stack) - before} of {items}\n{stack.log_end()}"
    return elapsed


def backlog(stack: Stack, kind: str, runs: int) -> float:
    """Seconds that a worker takes for as many runs of the step alone."""
    stack.stop("worker")
    bodies = {f"{kind}-{n}": {"type": f"alone.{kind}", "event_id": f"{kind}-{n}"} for n in range(runs)}
    sendings = prepare(stack.path, stack.secret, bodies)
    Sender(stack.port, connections=16).send(sendings)
    assert {sending.status for sending in sendings} == {202}, stack.log_end()
    stack.start_worker()
    wait_until(lambda: drain_pids(stack), seconds=60, what="a drain")
    start = time.monotonic()
    await_rest(stack, seconds=PATIENCE, pause=0.05)
    return time.monotonic() - start


def check(stack: Stack, kind: str, expected: int) -> None:
    """That each item was done, and once."""
    if kind == "task":
        [made] = stack.database.rows("SELECT count(*), count(DISTINCT title) FROM tasks")
        assert tuple(made) == (expected, expected), made
    else:
        ledger = stack.ask_sink("/ledger")
        assert len(ledger) == len({entry[3] for entry in ledger}) == expected, len(ledger)


def measure(vendor: str, items: int, runs: int) -> None:
    with place(vendor) as stack:
        url = stack.start_sink("--ledger")
        stack.prepare(*(make(kind, url) for make in (over_a_list, alone) for kind in KINDS))
        stack.start()
        print(f"{vendor}, {items:,} items, {CONCURRENCY} at once", flush=True)
        for kind in KINDS:
            elapsed, peak = whole(stack, kind, items)
            resumed = killed(stack, kind, items)
            apart = backlog(stack, kind, runs)
            check(stack, kind, 2 * items + runs)
            rate, beside = items / elapsed, runs / apart
            print(
                f"  {kind}: {rate:6.0f} items/s, {rate / beside:.2f} of runs of that step alone ({beside:.0f}/s)   "
                f"peak {peak:.0f} MB   goes on {resumed:.1f} s after a kill",
                flush=True,
            )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3000, help="of the single step, beside the lists")
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.items, options.runs)


if __name__ == "__main__":
    main()
