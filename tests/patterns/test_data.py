"""Patterns 2, 21 and 22: a database into a sheet, one event to four systems, many calls at a limited rate."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors.registry import preset
from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.databases.models import Database, Statement
from opsflows.events.create_source import create_source
from opsflows.records.models import Record
from opsflows.runs.models import Execution
from tests.patterns.conftest import Claiming
from tests.patterns.world import Answer, Call, World

pytestmark = pytest.mark.django_db
SetUp = Callable[[str], dict[str, Any]]
Run = Callable[..., list[Any]]


@pytest.fixture
def sqlite(account: PlatformAccount, settings: Any, tmp_path: Path) -> Iterator[Run]:
    """A database that an administrator allowed under two names; `sqlite(sql, …)` is somebody else who works in it."""
    settings.QUERY_SQLITE_FOLDER = str(tmp_path)
    folder = tmp_path / str(account.pk)
    folder.mkdir()
    for name in ("crm", "ledger"):
        Database.objects.create(account=account, name=name, kind="sqlite", database_name="all.sqlite3")
    with closing(sqlite3.connect(folder / "all.sqlite3", isolation_level=None)) as file:
        yield lambda sql, *values: file.execute(sql, values).fetchall()


class Sheet:
    """A sheet behind a local API: rows by their number."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.refuses = ""

    def answer(self, call: Call) -> Answer:
        if call.method == "GET":
            found = [{"number": at} for at, row in enumerate(self.rows) if str(row["Id"]) == call.query["equals"]]
            return 200, {"rows": found}
        if call.body["Email"] == self.refuses:
            return 400, {"error": "The sheet does not like it."}
        if call.method == "PUT":
            self.rows[int(call.path.rpartition("/")[2])] = call.body
        else:
            self.rows.append(call.body)
        return 200, {}


def changed(sqlite: Run, number: int, email: str, *, active: bool, at: str) -> None:
    sql = "INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, '2025-01-02T10:00:00Z', ?)"
    sqlite(sql, number, email, active, at)


def test_contacts_go_into_the_sheet_once_they_changed(
    engine: Claiming, set_up: SetUp, world: World, sqlite: Run
) -> None:
    sheet = Sheet()
    world.answers["sheets.example"] = sheet.answer
    sqlite("CREATE TABLE contacts (id integer PRIMARY KEY, email text, is_active boolean, created_at, updated_at)")
    changed(sqlite, 1, "ada@example.com", active=True, at="2026-02-01T00:00:00Z")
    changed(sqlite, 2, "bob@example.com", active=False, at="2026-02-02T00:00:00Z")
    set_up("02_database_to_sheet")

    def shown() -> list[tuple[str, str]]:
        return [(row["Email"], row["Active"]) for row in sorted(sheet.rows, key=lambda row: row["Id"])]

    engine.tick(hours=1)
    assert (engine.run().execution_status, engine.run().error_message) == ("completed", None)
    assert shown() == [("ada@example.com", "Yes"), ("bob@example.com", "No")]
    assert sheet.rows[0]["Created"] == "01/02/2025 10:00 AM"

    # Nothing changed: nobody is asked about anything.
    before = len(world.calls)
    engine.tick(hours=1)
    assert len(world.calls) == before

    # A row that cannot be written keeps the place, and the next run takes all of it again.
    changed(sqlite, 2, "bob@example.org", active=True, at=f"{engine.now:%Y-%m-%dT%H:%M:%SZ}")
    changed(sqlite, 3, "cleo@example.com", active=True, at=f"{engine.now:%Y-%m-%dT%H:%M:%SZ}")
    sheet.refuses = "cleo@example.com"
    engine.tick(hours=1)
    assert shown() == [("ada@example.com", "Yes"), ("bob@example.org", "Yes")]
    run = Execution.objects.latest("started_at")
    assert run.execution_status == "failed"
    assert "Rows that could not be written: 1" in str(run.error_message)
    sheet.refuses = ""
    engine.tick(hours=1)
    assert shown() == [("ada@example.com", "Yes"), ("bob@example.org", "Yes"), ("cleo@example.com", "Yes")]


PAYMENT = {
    "id": "evt_1",
    "type": "invoice.paid",
    "created": 1_700_000_000,
    "data": {
        "object": {"id": "in_67890", "customer": "cus_12345", "customer_email": "j@acme.example", "amount_paid": 9900}
    },
}
INSERT = (
    "INSERT INTO payments (reference, customer_id, amount, paid_on) VALUES (:key, :customer, :amount, :day) "
    "ON CONFLICT (reference) DO NOTHING"
)


@pytest.mark.parametrize("sheet_works", [True, False])
def test_a_payment_goes_to_four_systems(
    account: PlatformAccount,
    actor: Actor,
    client: Client,
    engine: Claiming,
    set_up: SetUp,
    world: World,
    sqlite: Run,
    sheet_works: bool,
) -> None:
    sqlite("CREATE TABLE payments (reference text PRIMARY KEY, customer_id text, amount numeric, paid_on text)")
    ledger = Database.objects.get(name="ledger")
    Statement.objects.create(
        account=account, database=ledger, name="add-payment", sql=INSERT, writes=True, repeat_safe=True
    )
    if not sheet_works:
        world.answers["sheets.example"] = lambda call: (429, {"error": "quota"}, "Retry-After: 30")
    source = create_source(
        actor=actor, account=account, name="Stripe", connector="stripe", secret="whsec_1", now=engine.now
    )
    set_up("21_payment_fan_out")
    # Stripe's signature holds for minutes of the machine's clock.
    engine.now = timezone.now()
    body = json.dumps(PAYMENT).encode()
    headers = preset("stripe").sign(body, secret="whsec_1", options={}, now=engine.now)
    forged = {**headers, "Stripe-Signature": headers["Stripe-Signature"][:-1] + "x"}
    statuses = [
        client.post(source.path, body, content_type=sent.pop("Content-Type"), headers=sent).status_code
        for sent in (forged, dict(headers), dict(headers))
    ]
    # Forged, taken, known already.
    assert statuses == [401, 202, 200]
    engine.settle()
    for _ in range(3):
        engine.pass_time(minutes=1)
    assert (engine.run().execution_status, engine.run().error_message) == ("completed", None)
    [contact] = world.to("hubspot.example", "PATCH")
    day = contact.body["properties"]["last_payment_date"]
    assert contact.body == {
        "email": "j@acme.example",
        "properties": {"last_payment_date": day, "last_payment_amount": 99},
    }
    assert sqlite("SELECT customer_id, amount, paid_on FROM payments") == [("cus_12345", 99, day)]
    first, last = (call.body for call in world.to("slack.example"))
    assert first == {"channel": "#revenue-alerts", "text": "💰 Payment received: $99.00 from cus_12345"}
    written = world.to("sheets.example")
    assert written[0].body == {"date": day, "customer_id": "cus_12345", "amount": 99, "invoice": "in_67890"}
    # Every attempt bears the same key.
    assert (len(written), len({call.key for call in written})) == (1 if sheet_works else 3, 1)
    why = "Call an external API: The other side answered 429. (tried 3 times)"
    failed = "" if sheet_works else f"\nFailed: Google_Sheets ({why})"
    assert last["text"] == f"Webhook processed: {4 if sheet_works else 3}/4 destinations succeeded{failed}"


def test_250_calls_at_100_a_minute(engine: Claiming, set_up: SetUp, world: World) -> None:
    contacts = [{"id": number, "domain": f"firm{number}.example"} for number in range(250)]
    world.answers["crm.example"] = lambda call: (200, contacts)
    busy = ["firm7.example"]

    def clearbit(call: Call) -> Answer:
        domain = call.query["domain"]
        if domain in busy:
            busy.remove(domain)
            return 429, {}, "Retry-After: 20"
        return (404, {}) if domain in ("firm20.example", "firm140.example") else (200, {"name": domain.upper()})

    world.answers["clearbit.example"] = clearbit
    set_up("22_rate_limited_enrichment")
    engine.emit("contacts.enrichment_requested")
    engine.settle()
    asked = [len(world.to("clearbit.example"))]
    for seconds in (30, 29, 1, 60):
        engine.pass_time(seconds=seconds)
        asked.append(len(world.to("clearbit.example")))
    # The one that was asked to come later came later.
    assert asked == [100, 101, 101, 201, 251]
    assert engine.run().execution_status == "completed"
    output = engine.output("each_contact")
    assert (output["total"], output["done"], output["failed"]) == (250, 248, 2)
    assert [each["index"] for each in output["errors"]] == [20, 140]
    assert output["results"][:2] == ["FIRM0.EXAMPLE", "FIRM1.EXAMPLE"]
    assert Record.objects.filter(type="contact").count() == 248
    [summary] = world.to("slack.example")
    assert summary.body["text"] == "248 of 250 contacts enriched, 2 failed."
