"""The long crash test: everything that can be killed is killed, again and again, under load; then the books are read.

Run as ``python -m bench.chaos``. First one blow at a time, each when all is at rest again, which shows what each costs;
then pell-mell. It ends with 1 if anything is lost, doubled, stuck, or working on without its parent.
"""

import argparse
import secrets

from bench.places import add_database_option, chosen, place
from tests.processes.deals import deals, rule
from tests.processes.evidence import examine
from tests.processes.killer import Killer
from tests.processes.rest import await_rest
from tests.processes.sender import Sender, Sending, prepare
from tests.processes.stack import Stack


def trial(stack: Stack, *, events: int, blows: int, seed: int) -> bool:
    """Both rounds; whether the books are right."""
    stack.prepare(rule(stack.start_sink("--ledger", "--delay", "0.1")))
    stack.start()
    sendings: list[Sending] = []
    right = True
    for name, calm in (("one at a time", True), ("pell-mell", False)):
        new = prepare(stack.path, stack.secret, deals(name.replace(" ", "-"), events))
        havoc = Killer(stack, seed=seed).run(Sender(stack.port, connections=4), new, blows=blows, calm=calm)
        await_rest(stack, seconds=120)
        sendings += new
        books = examine(stack, sendings, havoc)
        print(f"\n{stack.database.vendor}, {name}: {len(havoc.kills)} processes killed; the books so far:")
        print(books.text())
        right = right and not books.problems
    return right


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2000, help="in each round")
    parser.add_argument("--blows", type=int, default=36, help="in each round")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="repeats the order of the blows")
    add_database_option(parser)
    options = parser.parse_args(arguments)
    print(f"Seed {options.seed}")
    right = True
    for vendor in chosen(options.database):
        with place(vendor) as stack:
            right = trial(stack, events=options.events, blows=options.blows, seed=options.seed) and right
    print("\nNothing was lost, doubled or stuck." if right else "\nThe books are WRONG; see above.")
    raise SystemExit(0 if right else 1)


if __name__ == "__main__":
    main()
