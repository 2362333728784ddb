"""What it costs to explain an event to which a thousand workflows listen, beside a bare Python loop.

Run as ``python -m bench.explain``. *All* is every workflow's whole answer: what was live then, the condition leaf by
leaf, the smallest change. *Shown* is what the event's page asks for: all of them counted, the first 20 answered.
The bare loop reads the same payloads and compares the same fields with the same values, and keeps nothing.
"""

import argparse
import json
import os
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.places import add_database_option, chosen, place

EVENT = "deal.won"
COUNTRIES = ("DE", "FR", "US", "GB", "JP")
BEGAN = datetime(2030, 3, 1, tzinfo=UTC)


def measure(vendor: str, workflows: int, events: int) -> None:
    with place(vendor) as stack:
        stack.run("manage.py", "migrate", "--verbosity", "0")
        size = ("--workflows", str(workflows), "--events", str(events))
        found = json.loads(stack.run("-m", "bench.explain", "--inside", *size).strip().splitlines()[-1])
    print(f"  {vendor}, {workflows:,} workflows listening, {events:,} events; events a second")
    bare = found.pop("bare")
    print(f"    {'bare loop':<12} {bare:>12,.1f}")
    for name, rate in found.items():
        print(
            f"    {name:<12} {rate:>12,.1f}   1 / {bare / rate:,.0f} of the bare loop, {1000 / rate:,.1f} ms an event"
        )


def inside(workflows: int, events: int) -> None:
    """In a process with the database's settings: write the rows, and print the rates."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    from django.db import connection

    account_id = seed(workflows, events)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps(rates(account_id, workflows)))


def rules(number: int) -> tuple[int, str]:
    """What workflow `number` asks: a value above this, from this country."""
    return 1000 * (number % 100), COUNTRIES[number % len(COUNTRIES)]


def seed(workflows: int, events: int) -> uuid.UUID:
    """An account with so many live workflows on one event, and so many events that were routed; its id."""
    from opsflows.accounts.models import PlatformAccount
    from opsflows.events.models import Event, EventPayload
    from opsflows.workflows.models import Workflow, WorkflowActivation, WorkflowVersion
    from opsflows.workflows.rule_form import to_graph

    account = PlatformAccount.objects.create(slug=f"bench-{uuid.uuid4().hex[:8]}", name="Bench")
    rows = [Workflow(account=account, workflow_name=f"Rule {number}") for number in range(workflows)]
    Workflow.objects.bulk_create(rows, batch_size=500)
    versions = []
    for number, workflow in enumerate(rows):
        value, country = rules(number)
        leaves = [
            {"field": "value", "operator": "greater_than", "value": value},
            {"field": "customer.country", "operator": "equals", "value": country},
        ]
        actions = [{"type": "create_task", "title": "Call {{customer.name}}"}]
        data = to_graph({"trigger": EVENT, "conditions": {"rules": leaves}, "actions": actions})
        versions.append(
            WorkflowVersion(
                workflow=workflow,
                number=1,
                workflow_data=data,
                trigger_event=EVENT,
                content_hash=f"{number:064}",
                created_at=BEGAN,
            )
        )
    WorkflowVersion.objects.bulk_create(versions, batch_size=500)
    spells = [WorkflowActivation(workflow=each.workflow, version=each, active_from=BEGAN) for each in versions]
    WorkflowActivation.objects.bulk_create(spells, batch_size=500)
    at = BEGAN + timedelta(days=1)
    times = {"occurred_at": at, "received_at": at, "routed_at": at}
    came = [Event(account=account, door="api", name=EVENT, **times) for _ in range(events)]
    Event.objects.bulk_create(came, batch_size=500)
    EventPayload.objects.bulk_create(
        [EventPayload(event=each, data=payload(number)) for number, each in enumerate(came)], batch_size=500
    )
    return account.pk


def payload(number: int) -> dict[str, Any]:
    country = COUNTRIES[number % len(COUNTRIES)]
    return {"value": 997 * (37 * (number + 1) % 100), "customer": {"name": f"Customer {number}", "country": country}}


def rates(account_id: uuid.UUID, workflows: int) -> dict[str, float]:
    """Events a second: all answers, those that are shown, and the bare loop."""
    ids = events_of(account_id)
    # What is read once and then remembered is no part of the rate.
    explained(account_id, ids[0], workflows)
    return {
        "bare": _rate(lambda each: bare(each, workflows), ids),
        "all": _rate(lambda each: explained(account_id, each, workflows), ids),
        "shown": _rate(lambda each: explained(account_id, each, 20), ids),
    }


def events_of(account_id: uuid.UUID) -> list[uuid.UUID]:
    from opsflows.events.models import Event

    return list(Event.objects.filter(account=account_id).order_by("id").values_list("id", flat=True))


def explained(account_id: uuid.UUID, event_id: uuid.UUID, most: int) -> int:
    """How many of the first `most` workflows let the event in, asked through explain."""
    from opsflows.events.models import Event
    from opsflows.studio.explain.event import explain_event

    event = Event.objects.get(pk=event_id)
    found = explain_event(account_id=account_id, event=event, now=event.received_at, most=most)
    return sum(bool(verdict.explanation and verdict.explanation["truth"]) for verdict in found.verdicts)


def bare(event_id: uuid.UUID, workflows: int) -> int:
    """How many let it in, as one would count it with nothing around."""
    from opsflows.events.models import EventPayload

    data = EventPayload.objects.values_list("data", flat=True).get(pk=event_id)
    found = 0
    for number in range(workflows):
        value, country = rules(number)
        if data["value"] > value and data["customer"]["country"] == country:
            found += 1
    return found


def _rate(ask: Callable[[uuid.UUID], int], ids: Sequence[uuid.UUID]) -> float:
    began = time.perf_counter()
    for each in ids:
        ask(each)
    return len(ids) / (time.perf_counter() - began)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workflows", type=int, default=1000)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    if options.inside:
        inside(options.workflows, options.events)
        return
    for vendor in chosen(options.database):
        measure(vendor, options.workflows, options.events)


if __name__ == "__main__":
    main()
