"""Memory of web and worker together, after they have worked: PSS, so that pages shared by processes count once.

Run as ``python -m bench.memory``; the limit is 450 MB.
"""

import argparse
from collections.abc import Sequence

import psutil

from bench.flow import await_runs, rule, send
from bench.places import add_database_option, chosen, place

LIMIT_MB = 450
#: Other live workflows, each of which stands in the index.
OTHERS = 50


def pss_mb(processes: Sequence[psutil.Process]) -> float:
    return float(sum(process.memory_full_info().pss for process in processes)) / 1e6


def measure(vendor: str, events: int) -> None:
    with place(vendor) as stack:
        url = stack.start_sink()
        others = [
            {**rule(url), "name": f"Other {number}", "trigger": f"other.event_{number}"} for number in range(OTHERS)
        ]
        stack.prepare(rule(url), *others)
        stack.start()
        send(stack, "load", events)
        await_runs(stack, events)
        web, worker = (stack.family(name) for name in ("web", "worker"))
        parts = {"web": pss_mb(web), "worker": pss_mb(worker)}
    total = sum(parts.values())
    counts = {"web": len(web), "worker": len(worker)}
    shown = ", ".join(f"{name} {size:.0f} MB in {counts[name]} processes" for name, size in parts.items())
    print(f"{vendor}, after {events} runs: {shown}; together {total:.0f} MB, {total / LIMIT_MB:.2f} of the limit")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2000)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    for vendor in chosen(options.database):
        measure(vendor, options.events)


if __name__ == "__main__":
    main()
