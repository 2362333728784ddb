import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed
from tests.connectors.written import written

SHOPIFY = preset("shopify")
SECRET = "hush"
BODY = written("shopify/orders_create.json")
GOOD = base64.b64encode(hmac.new(SECRET.encode(), BODY, hashlib.sha256).digest()).decode()
SENT = {
    "X-Shopify-Hmac-Sha256": GOOD,
    "X-Shopify-Topic": "orders/create",
    "X-Shopify-Shop-Domain": "example.myshopify.com",
    "X-Shopify-API-Version": "2026-01",
    "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
    "X-Shopify-Triggered-At": "2026-02-28T21:09:54.877041743Z",
}


def test_a_request_as_shopify_sends_it() -> None:
    request = inbound(BODY, SENT)
    assert refusal(SHOPIFY, request, SECRET) is None
    event = read_one(SHOPIFY, request)
    assert (event.name, event.key) == ("shopify.orders.create", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")
    assert event.occurred_at == datetime(2026, 2, 28, 21, 9, 54, 877041, tzinfo=UTC)
    assert event.data["line_items"][0]["sku"] == "IPOD2008PINK"


@pytest.mark.parametrize(
    ("file", "topic", "name"),
    [
        ("orders_create.json", "orders/create", "shopify.orders.create"),
        ("orders_create.json", "orders/partially_fulfilled", "shopify.orders.partially_fulfilled"),
        ("customers_redact.json", "customers/redact", "shopify.customers.redact"),
    ],
)
def test_payloads(file: str, topic: str, name: str) -> None:
    request = signed(SHOPIFY, written(f"shopify/{file}"), secret=SECRET, name=topic, key="w1")
    assert refusal(SHOPIFY, request, SECRET) is None
    event = read_one(SHOPIFY, request)
    assert (event.name, event.key, event.occurred_at) == (name, "w1", NOW)


@pytest.mark.parametrize(
    "wrong", [GOOD.lower(), GOOD.rstrip("="), GOOD + "=", f" {GOOD}", base64.b64decode(GOOD).hex()]
)
def test_another_spelling_is_refused(wrong: str) -> None:
    assert refusal(SHOPIFY, inbound(BODY, SENT | {"X-Shopify-Hmac-Sha256": wrong}), SECRET) is Refusal.BAD_SIGNATURE


def test_what_was_changed_or_not_signed_is_refused() -> None:
    assert refusal(SHOPIFY, inbound(BODY.replace(b"398.00", b"1.00"), SENT), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(SHOPIFY, inbound(BODY, {}), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate() -> None:
    request = signed(SHOPIFY, BODY, secret="old")
    assert refusal(SHOPIFY, request, "new", "old") is None
    assert refusal(SHOPIFY, request, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(("headers", "document"), [({}, {}), ({"X-Shopify-Topic": " "}, {}), (SENT, [])])
def test_a_webhook_without_its_parts_is_malformed(headers: dict[str, str], document: object) -> None:
    with pytest.raises(Refused) as caught:
        SHOPIFY.read(inbound(b"{}", headers), document, options={})
    assert caught.value.reason is Refusal.MALFORMED


def test_xml_is_refused_with_what_to_change() -> None:
    with pytest.raises(Refused, match="choose the format JSON"):
        SHOPIFY.check_content_type(inbound(b"<order/>", SENT, "application/xml"))


def test_a_time_that_cannot_be_read_is_the_time_of_receipt() -> None:
    assert read_one(SHOPIFY, inbound(BODY, SENT | {"X-Shopify-Triggered-At": "just now"})).occurred_at is None
