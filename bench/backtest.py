"""How many events a second a backtest judges, beside a bare Python loop over the same rows.

Run as ``python -m bench.backtest``. Draft and published version are both asked, of events of one month. One pair of
conditions compares a text, so the database may pass over most events; the other compares numbers alone, so each
payload is read. The bare loop reads the same rows with one statement, parses each payload and asks both conditions: no
pieces, no commits, no counts by day, nothing found is kept. Leading runs for the newest 200 is a cost of its own, the
same for a month of any size; it stands apart.
"""

import argparse
import json
import os
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.places import add_database_option, chosen, place

SIZES = (20_000, 100_000)
PORTION = 5_000
EVENT = "private_offer.accepted"
MONTH = timedelta(days=30)
VENDORS = ("aws", "azure", "gcp", "direct", "partner", "reseller", "stripe", "shop")
#: Of each kind the draft's conditions and the published ones.
PAIRS: dict[str, tuple[Any, Any]] = {
    "a text": (
        {
            "rules": [
                {"field": "vendor", "operator": "equals", "value": "aws"},
                {"field": "value", "operator": "greater_than", "value": 150000},
            ]
        },
        {
            "rules": [
                {"field": "vendor", "operator": "in", "value": ["aws", "azure"]},
                {"field": "value", "operator": "greater_than", "value": 180000},
            ]
        },
    ),
    "numbers": (
        {"rules": [{"field": "value", "operator": "greater_than", "value": 190000}]},
        {"rules": [{"field": "value", "operator": "greater_than", "value": 180000}]},
    ),
}


def measure(vendor: str, sizes: Sequence[int]) -> None:
    with place(vendor) as stack:
        stack.run("manage.py", "migrate", "--verbosity", "0")
        for size in sizes:
            found = json.loads(stack.run("-m", "bench.backtest", "--inside", "--events", str(size)))
            for pair, each in found.items():
                share = each["backtest"] / each["bare"]
                print(
                    f"  {vendor:<10} {size:>9,} events, {pair:<8} {each['backtest']:>9,.0f}/s   bare loop "
                    f"{each['bare']:>9,.0f}/s   {share:.2f} of it   ({each['new']:,} new, {each['lost']:,} lost; "
                    f"runs led in {each['led']:.1f} s)"
                )


def inside(events: int) -> None:
    """In a process with the database's settings: write until there are so many, and print what was measured."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    from django.db import connection

    from opsflows.accounts.models import PlatformAccount

    until = datetime.now(UTC).replace(microsecond=0)
    account, _ = PlatformAccount.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    _seed(account, events, until)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({name: _both(account, name, pair, events) for name, pair in PAIRS.items()}))


def _both(account: Any, name: str, pair: tuple[Any, Any], events: int) -> dict[str, float]:
    draft, published = pair
    began = time.perf_counter()
    fired, both, was_live = _bare(account, draft, published)
    bare = time.perf_counter() - began
    done, took, led = _backtest(account, name, draft, published)
    assert (done.seen, done.fired_draft, done.fired_published, done.fired_both) == (events, fired, was_live, both)
    return {"bare": events / bare, "backtest": events / took, "led": led, "new": fired - both, "lost": was_live - both}


def _bare(account: Any, draft: Any, published: Any) -> tuple[int, int, int]:
    """The rows of the month with one statement, and the two conditions asked of each."""
    from django.db import connection

    from opsflows.rules import Clock, compile_condition

    one, other = compile_condition(draft).matches, compile_condition(published).matches
    text = "p.data::text" if connection.vendor == "postgresql" else "p.data"
    decoder = json.JSONDecoder(parse_float=Decimal)
    clock, counts = Clock(datetime.now(UTC), account.zone), [0, 0, 0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id, e.received_at, {text} FROM events e JOIN event_payloads p ON p.event_id = e.id "
            "WHERE e.account_id = %s AND e.name = %s ORDER BY e.id DESC",
            [account.pk if connection.vendor == "postgresql" else account.pk.hex, EVENT],
        )
        while rows := cursor.fetchmany(2_000):
            for _, _, payload in rows:
                data = decoder.decode(payload)
                first, second = one(data, clock), other(data, clock)
                counts[0] += first
                counts[1] += first and second
                counts[2] += second
    return counts[0], counts[1], counts[2]


def _backtest(account: Any, name: str, draft: Any, published: Any) -> tuple[Any, float, float]:
    """The backtest, the seconds until every event was judged, and those of the runs that were led then."""
    from opsflows.accounts.actor import system_actor
    from opsflows.queue import run_jobs
    from opsflows.studio.backtest.ask import ask_backtest
    from opsflows.workflows.publish import publish
    from opsflows.workflows.save_draft import create_workflow, update_draft

    actor, now = system_actor(account.pk), datetime.now(UTC)
    workflow = create_workflow(actor=actor, name=f"Backtest {name} {now}", workflow_data=_rule(published))
    publish(actor=actor, workflow=workflow, now=now)
    update_draft(actor=actor, workflow=workflow, revision=workflow.revision, workflow_data=_rule(draft))
    asked = ask_backtest(actor=actor, workflow=workflow, since=now - MONTH - timedelta(days=1), until=now, now=now)
    # Piece by piece, to see when the last event is judged.
    run_jobs.LIFE = 0
    began, judged = time.perf_counter(), 0.0
    while run_jobs.run_one_job(holder="bench"):
        asked.refresh_from_db(fields=["stage", "state"])
        if not judged and asked.stage:
            judged = time.perf_counter() - began
    asked.refresh_from_db()
    assert asked.state == "done", asked.state
    return asked, judged, time.perf_counter() - began - judged


def _rule(conditions: Any) -> dict[str, Any]:
    from opsflows.workflows.rule_form import to_graph

    mail = {"type": "email", "to": "{{vendor}}@sales.example", "subject": "A deal", "body": "{{customer.name}}"}
    return to_graph({"trigger": EVENT, "conditions": conditions, "actions": [mail]})


def _seed(account: Any, upto: int, until: datetime) -> None:
    """Events spread over the month, written as they would lie there."""
    from django.db import transaction

    from opsflows.events.models import Event, EventPayload
    from opsflows.queue.ids import first_id

    there = Event.objects.filter(account=account).count()
    for start in range(there, upto, PORTION):
        events, payloads = [], []
        for number in range(start, min(start + PORTION, upto)):
            # Each portion over the whole month, so that the second size lies among the first.
            moment = until - MONTH * ((number * 0.6180339887) % 1.0)
            event_id = uuid.UUID(int=first_id(moment).int | number)
            events.append(
                Event(
                    id=event_id,
                    account=account,
                    door="webhook",
                    name=EVENT,
                    occurred_at=moment,
                    received_at=moment,
                    routed_at=moment,
                )
            )
            payloads.append(EventPayload(event_id=event_id, data=_carried(number), body=None))
        with transaction.atomic():
            Event.objects.bulk_create(events)
            EventPayload.objects.bulk_create(payloads)


def _carried(number: int) -> dict[str, Any]:
    """Some 500 bytes, as a vendor sends them."""
    return {
        "offerId": f"offer_{number}",
        "vendor": VENDORS[number % len(VENDORS)],
        "value": (number * 7919) % 200_000,
        "currency": "USD",
        "customer": {"id": f"cus_{number % 500}", "name": f"Customer {number % 500}", "country": "DE"},
        "owner": {"name": "Account owner", "email": "owner@company.example", "teams": ["sales", "field"]},
        "lines": [{"sku": f"sku-{line}", "quantity": line + 1, "price": 99.5 * (line + 1)} for line in range(4)],
        "note": "Renewal of the yearly contract, with the terms that were agreed upon in the last review.",
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=0, help="one size instead of both")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    if options.inside:
        inside(options.events)
        return
    for vendor in chosen(options.database):
        measure(vendor, [options.events] if options.events else SIZES)


if __name__ == "__main__":
    main()
