"""A source may call incoming events by names of the catalog."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.change_source import change_source
from opsflows.events.create_source import create_source
from opsflows.events.event_names import MOST, checked_event_names, read_lines, write_lines
from opsflows.events.models import Event, EventPayload, EventType, Source
from tests.events.conftest import SECRET, Post, stripe_body

pytestmark = pytest.mark.django_db


def call(source: Source, actor: Actor, names: dict[str, str]) -> Source:
    return change_source(actor=actor, source=source, event_names=names, now=timezone.now())


def test_an_event_takes_the_name_that_the_source_gives_it(post: Post, source: Source, actor: Actor) -> None:
    call(source, actor, {"invoice.paid": "payment.success"})
    body = stripe_body("evt_1")
    assert post(source, body).status_code == 202
    event = Event.objects.get()
    assert event.name == "payment.success"
    payload = EventPayload.objects.get(event=event)
    assert payload.data == json.loads(body)
    assert payload.headers["opsflows-incoming-name"] == "stripe.invoice.paid"
    assert list(EventType.objects.values_list("event_name", flat=True)) == ["payment.success"]


def test_all_others_keep_their_names(post: Post, source: Source, actor: Actor) -> None:
    call(source, actor, {"invoice.paid": "payment.success"})
    post(source, stripe_body(type="invoice.voided"))
    assert Event.objects.get().name == "stripe.invoice.voided"
    assert "opsflows-incoming-name" not in EventPayload.objects.get().headers


def test_a_change_holds_for_the_next_request_and_copies_stay_copies(post: Post, source: Source, actor: Actor) -> None:
    assert post(source, stripe_body("evt_1")).status_code == 202
    call(source, actor, {"stripe.invoice.paid": "payment.success"})
    assert post(source, stripe_body("evt_1")).json()["duplicate"] is True
    assert post(source, stripe_body("evt_2")).status_code == 202
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == [
        "stripe.invoice.paid",
        "payment.success",
    ]
    call(source, actor, {})
    post(source, stripe_body("evt_3"))
    assert Event.objects.latest("pk").name == "stripe.invoice.paid"


@pytest.mark.parametrize(
    ("connector", "written", "derived"),
    [
        ("stripe", "invoice.paid", "stripe.invoice.paid"),
        ("stripe", " stripe.invoice.paid ", "stripe.invoice.paid"),
        ("shopify", "orders/create", "shopify.orders.create"),
        ("segment", "track.Order Completed", "segment.track.order_completed"),
        ("hubspot", "contact.propertyChange", "hubspot.contact.property_change"),
    ],
)
def test_an_incoming_name_may_be_written_as_the_vendor_does(connector: str, written: str, derived: str) -> None:
    assert checked_event_names(connector, {written: " order.created "}) == {derived: "order.created"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"invoice.paid": "PaymentSuccess"}, "write “payment.success”"),
        ({"invoice.paid": ""}, "invoice.paid: An event name is"),
        ({" ": "payment.success"}, "has no incoming name"),
        ({"invoice.paid": "a.b", "stripe.invoice.paid": "a.c"}, "stripe.invoice.paid is called a.b already"),
        ({f"e{number}": "a.b" for number in range(MOST + 1)}, "At most 500"),
    ],
)
def test_wrong_names_are_said_and_nothing_is_stored(
    account: PlatformAccount, actor: Actor, source: Source, names: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as refusal:
        call(source, actor, names)
    assert list(refusal.value.message_dict) == ["event_names"]
    with pytest.raises(ValidationError, match=message):
        create_source(
            actor=actor,
            account=account,
            name="Other",
            connector="stripe",
            secret=SECRET,
            event_names=names,
            now=timezone.now(),
        )
    source.refresh_from_db()
    assert (source.event_names, source.revision, Source.objects.count()) == ({}, 1, 1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("invoice.paid", "Line 1: write incoming name = our name"),
        ("\ninvoice.paid =", "Line 2"),
        ("= payment.success", "Line 1"),
        ("a = b.c\na = b.d", "Line 2: a was named before"),
    ],
)
def test_a_wrong_line_is_named(lines: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_lines(lines)


def test_a_senders_name_may_hold_an_equals_sign() -> None:
    assert read_lines("topic=orders = order.created\n\n") == {"topic=orders": "order.created"}


@given(st.dictionaries(st.from_regex(r"\Aa[a-z./= ]{0,8}z\Z"), st.sampled_from(["order.created", "a.b"])))
def test_lines_and_back(names: dict[str, str]) -> None:
    assert read_lines(write_lines(names)) == names


def test_the_command_maps_names(account: PlatformAccount, post: Post) -> None:
    given_names: list[Any] = [
        "--event-name",
        "invoice.paid=payment.success",
        "--event-name",
        "invoice.voided=order.cancelled",
    ]
    words = ["create", "Billing", "--account", "acme", "--connector", "stripe", "--secret", SECRET]
    call_command("source", *words, *given_names, stdout=StringIO())
    post(Source.objects.get(), stripe_body(type="invoice.voided"))
    assert Event.objects.get().name == "order.cancelled"
