"""What it costs to match one event against many live workflows on it, each with a selective equality condition.

Run as ``python -m bench.matching``. It is the index alone, without database. In each size ten workflows match (one,
where there is only one); the limit is that 10,000 cost at most five times what one costs.
"""

import os
import sys
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

SIZES = (1, 10, 100, 10_000)
MATCHES = 10
#: As many different events in each size, so that only the workflows differ.
EVENTS = 1000
ROUNDS = 25
LIMIT = 5.0
EVENT = "private_offer.accepted"
ACCOUNT = uuid.uuid4()


def condition(number: int, groups: int) -> dict[str, Any]:
    """A condition as staff write it; one workflow in `groups` waits for the same customer."""
    return {
        "logic": "AND",
        "rules": [
            {"field": "vendor", "operator": "equals", "value": "aws"},
            {"field": "value", "operator": "greater_than", "value": 100000},
            {"field": "customer.id", "operator": "equals", "value": f"cus_{number % groups}"},
        ],
    }


@dataclass
class Subject:
    """An index of one size, and the events it is asked about."""

    size: int
    index: Any
    scopes: list[dict[str, Any]]
    #: CPU seconds an event, once for each round.
    rounds: list[float] = field(default_factory=list)

    def ask(self, clock: Any) -> int:
        """Match all the events once; how many workflows the last one found."""
        start, found = time.process_time(), []
        for scope in self.scopes:
            found = self.index.listeners(ACCOUNT, EVENT, scope, clock)
        self.rounds.append((time.process_time() - start) / len(self.scopes))
        return len(found)


def subject(size: int) -> Subject:
    """`size` live workflows on one event, ten of them for each customer."""
    from opsflows.workflows.entry_parts import parts_of
    from opsflows.workflows.matching import Index, Listener
    from opsflows.workflows.settings import RunSettings

    groups, settings = max(1, size // MATCHES), RunSettings()
    conditions = [condition(number, groups) for number in range(size)]
    listeners = [
        Listener(ACCOUNT, uuid.uuid4(), uuid.uuid4(), EVENT, settings, "conditions", parts_of(each))
        for each in conditions
    ]
    scopes: list[dict[str, Any]] = [
        {"vendor": "aws", "value": 150000, "customer": {"id": f"cus_{number % groups}"}} for number in range(EVENTS)
    ]
    return Subject(size, Index(listeners), scopes)


def main() -> int:
    """Print one line for each size; 1 if the limit does not hold."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    from opsflows.rules import Clock

    clock = Clock(datetime(2030, 3, 1, tzinfo=UTC), ZoneInfo("UTC"))
    subjects = [subject(size) for size in SIZES]
    # In turn, so that whatever else the machine does meets all sizes alike.
    found = [[each.ask(clock) for each in subjects] for _ in range(ROUNDS)][-1]
    costs = [min(each.rounds) * 1e6 for each in subjects]
    print(f"{'workflows':>10} {'matches':>8} {'µs/event':>9} {'of one':>7}")
    for each, matches, cost in zip(subjects, found, costs, strict=True):
        print(f"{each.size:>10} {matches:>8} {cost:>9.2f} {cost / costs[0]:>7.2f}")
    ratio = costs[-1] / costs[0]
    print(f"10,000 cost {ratio:.2f} times what one costs; at most {LIMIT:g} is right")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
