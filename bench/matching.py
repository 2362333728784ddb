"""What it costs to match one event against many live workflows on it, each with a selective equality condition.

Run as ``python -m bench.matching``. It is the index alone, without database. In each size ten workflows match (one,
where there is only one); the limit is that 10,000 cost at most five times what one costs.
"""

import os
import sys
import time
import tracemalloc
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

SIZES = (1, 10, 100, 10_000)
MATCHES = 10
LIMIT = 5.0
EVENT = "private_offer.accepted"


@dataclass(frozen=True)
class Row:
    """One size, measured."""

    workflows: int
    matches: int
    microseconds: float
    megabytes: float


def conditions(number: int, groups: int) -> dict[str, Any]:
    """A condition as staff write it; one workflow in `groups` waits for the same customer."""
    return {
        "logic": "AND",
        "rules": [
            {"field": "vendor", "operator": "equals", "value": "aws"},
            {"field": "value", "operator": "greater_than", "value": 100000},
            {"field": "customer.id", "operator": "equals", "value": f"cus_{number % groups}"},
        ],
    }


def measure(size: int, *, events: int = 2000, rounds: int = 7) -> Row:
    """Microseconds for an event against `size` workflows (best of several rounds), and what the index holds."""
    from opsflows.rules import Clock

    groups = max(1, size // MATCHES)
    tracemalloc.start()
    account_id, index = _index(size, groups)
    # Every condition is compiled by the time it has been asked once: that is the most that the index comes to hold.
    clock = Clock(datetime(2030, 3, 1, tzinfo=UTC), ZoneInfo("UTC"))
    scopes = [{"vendor": "aws", "value": 150000, "customer": {"id": f"cus_{number}"}} for number in range(groups)]
    found = [len(index.listeners(account_id, EVENT, scope, clock)) for scope in scopes]
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    best = min(_rounds(lambda scope: index.listeners(account_id, EVENT, scope, clock), scopes, events, rounds))
    return Row(size, found[0], best * 1e6, megabytes)


def _index(size: int, groups: int) -> tuple[uuid.UUID, Any]:
    from opsflows.workflows.matching import Index, make_listener
    from opsflows.workflows.settings import RunSettings

    account_id, settings = uuid.uuid4(), RunSettings()
    return account_id, Index(
        make_listener(
            account_id=account_id,
            workflow_id=uuid.uuid4(),
            version_id=uuid.uuid4(),
            event_name=EVENT,
            settings=settings,
            first_node="conditions",
            conditions=conditions(number, groups),
        )
        for number in range(size)
    )


def _rounds(match: Any, scopes: list[Any], events: int, rounds: int) -> Iterator[float]:
    """Seconds an event, once for each round; the events go over all the scopes in turn."""
    batch = [scopes[number % len(scopes)] for number in range(events)]
    for _ in range(rounds):
        start = time.perf_counter()
        for scope in batch:
            match(scope)
        yield (time.perf_counter() - start) / events


def main() -> int:
    """Print one line for each size; 1 if the limit does not hold."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    rows = [measure(size) for size in SIZES]
    print(f"{'workflows':>10} {'matches':>8} {'µs/event':>9} {'of one':>7} {'of ten':>7} {'MB held':>8}")
    for row in rows:
        one, ten = row.microseconds / rows[0].microseconds, row.microseconds / rows[1].microseconds
        line = f"{row.workflows:>10} {row.matches:>8} {row.microseconds:>9.2f} {one:>7.2f} {ten:>7.2f}"
        print(f"{line} {row.megabytes:>8.1f}")
    ratio = rows[-1].microseconds / rows[0].microseconds
    print(f"10,000 cost {ratio:.2f} times what one costs; at most {LIMIT:g} is right")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
