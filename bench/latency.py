"""Latency from request to effect at 20 events a second: webhook → condition → HTTP POST to a local receiver.

Run as ``python -m bench.latency``. Counted from the first byte of the request until the receiver has read the call, on
one monotonic clock. Beside it stands what the sender waits for its acknowledgement.
"""

import argparse
import json
import statistics
from collections.abc import Sequence

from bench.flow import bodies, rule
from bench.places import add_database_option, chosen, place
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, prepare

RATE = 20.0
WARM_UP = 40


def quantiles(seconds: Sequence[float]) -> str:
    milliseconds = [each * 1000 for each in seconds]
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return (
        f"p50 {cuts[49]:6.1f} ms   p90 {cuts[89]:6.1f} ms   p99 {cuts[98]:6.1f} ms   worst {max(milliseconds):6.1f} ms"
    )


def measure(vendor: str, events: int) -> None:
    with place(vendor) as stack:
        stack.prepare(rule(stack.start_sink("--ledger")))
        stack.start()
        Sender(stack.port, connections=4).send(prepare(stack.path, stack.secret, bodies("warm", WARM_UP)), rate=RATE)
        sendings = prepare(stack.path, stack.secret, bodies("timed", events))
        Sender(stack.port, connections=4).send(sendings, rate=RATE)
        await_rest(stack, seconds=60)
        arrived = {json.loads(entry[3])["deal"]: entry[1] for entry in stack.ask_sink("/ledger")}
    print(f"{vendor}, {events} events at {RATE:.0f} a second (aim: p50 at most 33 ms, p99 at most 170 ms)")
    print(f"  request to acknowledgement  {quantiles([each.answered_at - each.sent_at for each in sendings])}")
    print(f"  request to effect           {quantiles([arrived[each.key] - each.sent_at for each in sendings])}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=400)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.events)


if __name__ == "__main__":
    main()
