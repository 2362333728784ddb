"""What a thousand waiting runs cost while nothing happens: CPU time of the worker, with them and without.

Run as ``python -m bench.idle``. The worker (and PostgreSQL's processes for this database) are metered for some seconds
before there is any run, and again when a thousand rest: half of them for a day, half for an event that does not come.
"""

import argparse
import time
from collections.abc import Sequence
from typing import Any

from bench.cpu import Meter
from bench.flow import bodies
from bench.places import add_database_option, chosen, place
from tests.processes.sender import Sender, prepare
from tests.processes.stack import Stack
from tests.processes.wait import wait_until

#: A worker that was just started still loads and looks around.
SETTLED = 5.0
STEPS: dict[str, dict[str, Any]] = {
    "rest": {"type": "delay", "duration": "1 day"},
    "await": {"type": "wait_for_event", "event": "never.comes", "field": "deal", "value": "{{event_id}}"},
}


def rule(name: str) -> dict[str, Any]:
    return {"name": name, "trigger": f"hmac.{name}", "actions": [STEPS[name]]}


def spent(stack: Stack, seconds: float) -> dict[str, float]:
    """CPU milliseconds a second, by part, while nothing happens."""
    start = time.monotonic()
    wait_until(lambda: time.monotonic() > start + SETTLED, seconds=60, what="rest", pause=0.5)
    meter, start = Meter(stack), time.monotonic()
    wait_until(lambda: time.monotonic() > start + seconds, seconds=seconds + 60, what="the time", pause=0.5)
    # `per` gives milliseconds for each of so many; here for each second.
    return {part: cost for part, cost in meter.per(round(seconds)).items() if part != "web"}


def waiting(stack: Stack) -> int:
    return int(stack.database.value("SELECT count(*) FROM workflow_queue WHERE status = 'waiting' AND resumes"))


def measure(vendor: str, runs: int, seconds: float) -> None:
    with place(vendor) as stack:
        stack.prepare(*(rule(name) for name in STEPS))
        stack.start()
        empty = spent(stack, seconds)
        for name in STEPS:
            given = {key: {**body, "type": name} for key, body in bodies(name, runs // len(STEPS)).items()}
            Sender(stack.port, connections=16).send(prepare(stack.path, stack.secret, given))
        wait_until(lambda: waiting(stack) == runs, seconds=120, what=f"{runs} waiting runs", pause=0.2)
        full = spent(stack, seconds)
    print(f"{vendor}, {seconds:.0f} s without work, CPU milliseconds a second")
    for part in empty:
        print(f"  {part:10} without runs {empty[part]:6.1f}   with {runs:,} that wait {full.get(part, 0.0):6.1f}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.runs, options.seconds)


if __name__ == "__main__":
    main()
