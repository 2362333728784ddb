"""Patterns 3, 7 and 18: one profile from four systems, new leads enriched, carts that were left."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from opsflows.accounts.actor import Actor
from opsflows.lookups.save_list import create_list
from opsflows.lookups.save_table import create_table, set_rows
from opsflows.lookups.snapshots import content_of
from opsflows.lookups.table_content import Column
from opsflows.records.models import Record, Task
from tests.patterns.conftest import Claiming
from tests.patterns.world import World

pytestmark = pytest.mark.django_db
SetUp = Callable[[str], dict[str, Any]]

SYSTEMS: dict[str, dict[str, Any]] = {
    "hubspot.example": {"name": "John Doe", "email": "john@acme.example"},
    "stripe.example": {"plan": "pro", "mrr": 99, "payment_score": 100},
    "zendesk.example": {"count": 2, "satisfaction": 40},
    "mixpanel.example": {"logins_last_30d": 3, "score": 20},
}


def answering(world: World, *broken: str) -> None:
    for host, document in SYSTEMS.items():
        answer = (503, {"error": "down"}) if host in broken else (200, document)
        world.answers[host] = lambda call, answer=answer: answer  # type: ignore[misc]


@pytest.mark.parametrize(
    ("broken", "missing", "health", "risk"),
    [
        ((), [], 50, "low"),
        (("zendesk.example",), ["Zendesk"], 53, "low"),
        (("stripe.example", "zendesk.example"), ["Stripe", "Zendesk"], 38, "high"),
    ],
)
def test_one_profile_from_whoever_answers(
    engine: Claiming,
    set_up: SetUp,
    world: World,
    broken: tuple[str, ...],
    missing: list[str],
    health: int,
    risk: str,
) -> None:
    answering(world, *broken)
    set_up("03_customer_profile")
    engine.emit("customer.viewed", customerId="cust_12345")
    engine.settle()
    for _ in range(4):
        engine.pass_time(minutes=1)
    run = engine.run()
    assert (run.execution_status, run.error_message) == ("completed", None)
    stored = Record.objects.get(type="customer", key="cust_12345")
    assert (stored.title, stored.data["missing"]) == ("John Doe", missing)
    assert (stored.data["health_score"], stored.data["churn_risk"]) == (health, risk)
    support = {} if "zendesk.example" in broken else {"support": SYSTEMS["zendesk.example"]}
    subscription = {} if "stripe.example" in broken else {"subscription": SYSTEMS["stripe.example"]}
    usage = {"usage": SYSTEMS["mixpanel.example"]}
    assert stored.data["profile"] == {**SYSTEMS["hubspot.example"], **subscription, **support, **usage}
    # What failed was tried once more, and its branch says so.
    assert len(world.to("zendesk.example")) == 1 + ("zendesk.example" in broken)
    [page] = world.to("notion.example")
    assert page.body["churn_risk"] == risk


CLEARBIT = {
    "company_name": "Acme Corp",
    "employee_count": 250,
    "industry": "Manufacturing",
    "annual_revenue": 50_000_000,
}


@pytest.fixture
def kept(actor: Actor, engine: Claiming) -> None:
    """What staff keep: the lists and tables that the definition names."""
    create_list(actor=actor, name="Private mail", values=["gmail.com", "yahoo.com"])
    columns = [
        Column("domain"),
        Column("company_name"),
        Column("employee_count", "number"),
        Column("industry"),
        Column("annual_revenue", "number"),
    ]
    table = create_table(actor=actor, name="companies", columns=columns)
    rows = [["globex.example", "Globex", "9000", "Technology", "900000000"]]
    set_rows(actor=actor, table=table, rows=rows, seen=content_of(table.snapshot).hash)


@pytest.mark.parametrize(
    ("email", "asked", "company", "score", "segment"),
    [
        ("john@Acme-Corp.example", 1, "Acme Corp", 55, "Mid-Market"),
        ("homer@globex.example", 0, "Globex", 75, "Enterprise"),
        ("jane@gmail.com", 0, "gmail.com", 0, "SMB"),
        ("jack@tiny.example", 1, "tiny.example", 0, "SMB"),
    ],
)
def test_a_lead_is_enriched(
    engine: Claiming,
    set_up: SetUp,
    world: World,
    kept: None,
    email: str,
    asked: int,
    company: str,
    score: int,
    segment: str,
) -> None:
    known = {"acme-corp.example": (200, CLEARBIT)}
    world.answers["clearbit.example"] = lambda call: known.get(call.query["domain"], (404, {"error": "unknown"}))
    set_up("07_lead_enrichment")
    engine.emit("lead.captured", email=email, name="John")
    engine.settle()
    assert (engine.run().execution_status, engine.run().error_message) == ("completed", None)
    contact = Record.objects.get(type="contact", key=email)
    assert (contact.data["company"]["company_name"], contact.data["lead_score"]) == (company, score)
    assert contact.data["segment"] == segment
    assert len(world.to("clearbit.example")) == asked
    assert list(Task.objects.values_list("title", "assigned_to")) == (
        [(f"Call John of {company}", "sales")] if score > 50 else []
    )
    assert list(contact.tags.values_list("name", flat=True)) == ([] if score > 50 else ["nurture"])


CART = {
    "cart_id": "cart_9",
    "abandoned_at": "2026-03-02T07:00:00Z",
    "customer": {"email": "jane@example.com", "first_name": "Jane"},
    "items": [{"name": "Wireless Headphones", "price": 99}, {"name": "Case", "price": Decimal("9.90")}],
    "checkout_url": "https://shop.example/checkout/9",
}
SUBJECTS = [
    "Still interested in Wireless Headphones?",
    "10% off Wireless Headphones - today only!",
    "Final offer: 20% off your cart",
]


def left(engine: Claiming, set_up: SetUp, world: World, *orders: Any) -> None:
    world.answers["shop.example"] = lambda call: (200, {"orders": list(orders)})
    set_up("18_abandoned_cart")
    engine.emit("cart.abandoned", **CART)
    engine.settle()


def sent() -> list[str]:
    return [message.subject for message in mail.outbox]


def test_a_cart_is_remembered_three_times(engine: Claiming, set_up: SetUp, world: World) -> None:
    left(engine, set_up, world)
    for hours, mails in ((0.9, 0), (0.1, 1), (23, 1), (1, 2), (47, 2), (1, 3)):
        engine.pass_time(hours=hours)
        assert sent() == SUBJECTS[:mails]
    assert (engine.run().execution_status, engine.run().exit_reason) == ("completed", None)
    assert Record.objects.get(type="cart").data == {"campaign": "complete"}
    body = mail.outbox[0].body
    assert "- Wireless Headphones ($99.00)\n- Case ($9.90)\n" in body
    assert "Complete your purchase: https://shop.example/checkout/9" in body


@pytest.mark.parametrize("hours", [0, 2, 26])
def test_who_orders_hears_no_more(engine: Claiming, set_up: SetUp, world: World, hours: int) -> None:
    left(engine, set_up, world)
    for _ in range(hours):
        engine.pass_time(hours=1)
    before = sent()
    engine.emit("order.completed", customer={"email": "someone.else@example.com"})
    engine.settle()
    assert engine.run().execution_status == "waiting"
    engine.emit("order.completed", customer={"email": "jane@example.com"})
    engine.settle()
    assert (engine.run().execution_status, engine.run().exit_reason) == ("completed", "The order was completed.")
    engine.pass_time(days=4)
    assert sent() == before == SUBJECTS[: {0: 0, 2: 1, 26: 2}[hours]]


def test_who_unsubscribes_hears_no_more(engine: Claiming, set_up: SetUp, world: World) -> None:
    left(engine, set_up, world)
    engine.emit("customer.unsubscribed", email="jane@example.com")
    engine.settle()
    assert (engine.run().exit_reason, sent()) == ("They unsubscribed.", [])


def test_what_was_ordered_elsewhere_is_no_abandoned_cart(engine: Claiming, set_up: SetUp, world: World) -> None:
    left(engine, set_up, world, {"id": 1})
    assert (engine.run().execution_status, sent()) == ("completed", [])
    assert world.to("shop.example")[0].query == {"email": "jane@example.com", "since": "2026-03-02T07:00:00Z"}
