"""Vendors that sign the address, send forms, XML or lists, or want an answer of their own: through the front door."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from connectors.registry import preset
from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.create_source import create_source
from opsflows.events.models import Event, EventPayload, Source
from tests.connectors.keys import EC_PRIVATE, EC_PUBLIC
from tests.connectors.written import written

pytestmark = pytest.mark.django_db

Make = Callable[..., Source]


@pytest.fixture
def make(account: PlatformAccount, actor: Actor) -> Make:
    def create(connector: str, secret: str, **options: Any) -> Source:
        return create_source(
            actor=actor,
            account=account,
            name=connector,
            connector=connector,
            secret=secret,
            options=options,
            now=timezone.now(),
        )

    return create


def send(source: Source, body: bytes, *, secret: str, query: str = "", **given: str) -> HttpResponse:
    """The body as the vendor would send it; `given` are headers set over the vendor's."""
    path = source.path + query
    headers = preset(source.connector).sign(
        body,
        secret=secret,
        options=source.options,
        now=timezone.now(),
        key="delivery-1",
        url=settings.PUBLIC_URL + path,
    )
    headers |= {name.replace("_", "-"): value for name, value in given.items()}
    return Client().post(path, body, content_type=headers.pop("Content-Type"), headers=headers)


def stored() -> list[tuple[str, Any]]:
    return [(event.name, EventPayload.objects.get(event=event).data) for event in Event.objects.order_by("pk")]


def test_a_sendgrid_batch_becomes_several_events_in_one_commit(make: Make) -> None:
    source, body = make("sendgrid", EC_PUBLIC), written("sendgrid/batch.json")
    first = send(source, body, secret=EC_PRIVATE)
    assert (first.status_code, len(first.json()["ids"])) == (202, 3)
    names = ["sendgrid.processed", "sendgrid.delivered", "sendgrid.group_unsubscribe"]
    assert stored() == list(zip(names, json.loads(body), strict=True))
    assert first.json()["ids"] == [str(pk) for pk in Event.objects.order_by("pk").values_list("pk", flat=True)]
    assert Event.objects.get(name="sendgrid.delivered").occurred_at.timestamp() == 1513299570
    # The third event has no id of its own, so only the first two are known for copies.
    again = send(source, body, secret=EC_PRIVATE)
    assert (again.status_code, again.json()["ids"][:2]) == (202, first.json()["ids"][:2])
    assert Event.objects.count() == 4


def test_a_sendgrid_batch_with_one_wrong_event_is_refused_as_a_whole(make: Make) -> None:
    response = send(make("sendgrid", EC_PUBLIC), b'[{"event":"open","sg_event_id":"1"},{}]', secret=EC_PRIVATE)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "malformed_body")
    assert not Event.objects.exists()


def test_slack_gets_its_challenge_back_if_it_is_signed(make: Make) -> None:
    source, body = make("slack", "s3cret"), written("slack/url_verification.json")
    response = send(source, body, secret="s3cret")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain")
    assert response.content == json.loads(body)["challenge"].encode()
    assert send(source, body, secret="another").status_code == 401
    assert not Event.objects.exists()


def test_slack_events_are_json_and_commands_are_forms(make: Make) -> None:
    source = make("slack", "s3cret")
    assert send(source, written("slack/app_mention.json"), secret="s3cret").status_code == 202
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    response = send(source, written("slack/slash_command.txt"), secret="s3cret", **form)
    assert (response.status_code, response.content) == (200, b"")
    assert [name for name, _ in stored()] == ["slack.app_mention", "slack.command.weather"]
    assert stored()[1][1]["text"] == "94070 now"


def test_a_twilio_form_is_signed_with_the_public_address(make: Make) -> None:
    source, body = make("twilio", "auth-token"), written("twilio/message_status.txt")
    first = send(source, body, secret="auth-token")
    assert first.status_code == 202
    ((name, data),) = stored()
    assert (name, data["MessageStatus"], data["To"]) == ("twilio.message.delivered", "delivered", "+15017122661")
    again = send(source, body, secret="auth-token")
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "duplicate": True})
    # Signed for the address without it, sent to the address with it.
    headers = preset("twilio").sign(
        body, secret="auth-token", options={}, now=timezone.now(), url=settings.PUBLIC_URL + source.path
    )
    changed = Client().post(f"{source.path}?x=1", body, content_type=headers.pop("Content-Type"), headers=headers)
    assert changed.status_code == 401


def test_twilio_waits_for_instructions_when_a_message_comes_in(make: Make) -> None:
    response = send(make("twilio", "auth-token"), written("twilio/message_received.txt"), secret="auth-token")
    assert (response.status_code, response["Content-Type"], response.content) == (200, "text/xml", b"<Response/>")
    assert stored()[0][1]["Body"] == "Grüße & more? +1"


def test_salesforce_gets_its_acknowledgement_for_copies_too(make: Make) -> None:
    source = make("salesforce", "long-key", organization_id="00D000000000001")
    body = written("salesforce/opportunities.xml")
    for _ in range(2):
        response = send(source, body, secret="long-key", query="?key=long-key")
        assert (response.status_code, response["Content-Type"]) == (200, "text/xml; charset=utf-8")
        assert b"<Ack>true</Ack>" in response.content
    assert [name for name, _ in stored()] == ["salesforce.opportunity"] * 2
    assert stored()[0][1]["sObject"]["Name"] == "Smith & Söhne — 200 seats"


@pytest.mark.parametrize(
    ("query", "old", "new", "status"),
    [
        ("", b"", b"", 401),
        ("?key=another", b"", b"", 401),
        ("?key=long-key", b"00D000000000001AAA", b"00D000000000002AAA", 401),
        ("?key=long-key", b"<soapenv:Envelope", b'<!DOCTYPE a [<!ENTITY x "y">]><soapenv:Envelope', 400),
    ],
)
def test_what_salesforce_did_not_send_is_not_acknowledged(
    make: Make, query: str, old: bytes, new: bytes, status: int
) -> None:
    source = make("salesforce", "long-key", organization_id="00D000000000001")
    body = written("salesforce/opportunities.xml").replace(old, new)
    response = send(source, body, secret="long-key", query=query)
    assert (response.status_code, b"Ack" in response.content) == (status, False)
    assert not Event.objects.exists()


def test_hubspot_signs_the_public_address_with_its_query(make: Make) -> None:
    source = make("hubspot", "client-secret")
    response = send(source, written("hubspot/batch.json"), secret="client-secret", query="?from=a%3Ab%20c")
    assert (response.status_code, len(response.json()["ids"])) == (202, 2)
    assert [name for name, _ in stored()] == ["hubspot.contact.property_change", "hubspot.contact.creation"]


def test_shopify_names_its_events_in_a_header(make: Make) -> None:
    source, body = make("shopify", "hush"), written("shopify/orders_create.json")
    assert send(source, body, secret="hush", X_Shopify_Topic="orders/paid").status_code == 202
    ((name, data),) = stored()
    assert (name, data) == ("shopify.orders.paid", json.loads(body))


@pytest.mark.parametrize(("connector", "secret"), [("bearer", "t0ken"), ("basic", "crm:passwörd")])
def test_a_credential_is_neither_stored_nor_needed_twice(make: Make, connector: str, secret: str) -> None:
    source = make(connector, secret)
    response = send(source, b'{"type":"deal.won"}', secret=secret)
    assert (response.status_code, stored()) == (202, [(f"{connector}.deal.won", {"type": "deal.won"})])
    sent = preset(connector).sign(b"", secret=secret, options={}, now=timezone.now())["Authorization"].split()[1]
    assert sent not in json.dumps(EventPayload.objects.get().headers)
    assert send(source, b'{"type":"deal.won"}', secret=f"{secret}2").status_code == 401
