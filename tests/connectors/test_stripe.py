import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed
from tests.connectors.payloads import payload

STRIPE = preset("stripe")
SECRET = "whsec_test_of_the_house"
BODY = b'{"id":"evt_1","object":"event","type":"invoice.paid","created":1700000000,"data":{"object":{}}}'
SDK = stripe.WebhookSignature
TIMESTAMP = int(NOW.timestamp())


def sdk_accepts(body: str, header: str, secret: str) -> bool:
    with time_machine.travel(NOW, tick=False):
        try:
            return SDK.verify_header(body, header, secret, 300)
        except stripe.SignatureVerificationError:
            return False


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_what_we_sign_the_sdk_accepts_and_the_other_way_round(body: str, secret: str) -> None:
    request = signed(STRIPE, body.encode(), secret=secret)
    assert sdk_accepts(body, request.header("Stripe-Signature"), secret)
    theirs = SDK.generate_signature_header(body, secret, TIMESTAMP)
    assert refusal(STRIPE, inbound(body.encode(), {"Stripe-Signature": theirs}), secret) is None


GOOD = SDK.generate_signature_header(BODY.decode(), SECRET, TIMESTAMP).partition("v1=")[2]
OLD = SDK.generate_signature_header(BODY.decode(), SECRET, TIMESTAMP - 301).partition("v1=")[2]
ELEMENTS = st.sampled_from(
    [
        *(f"t={text}" for text in (TIMESTAMP, TIMESTAMP - 301, f"0{TIMESTAMP}", f" {TIMESTAMP}", "", "x")),
        *(f"{scheme}={value}" for scheme in ("v0", "v1", "V1", " v1") for value in (GOOD, OLD, GOOD.upper(), "")),
        "",
        "v1",
        f"v1=={GOOD}",
    ]
)


@given(st.lists(ELEMENTS, max_size=5).map(",".join))
def test_we_accept_no_header_that_the_sdk_refuses(header: str) -> None:
    if refusal(STRIPE, inbound(BODY, {"Stripe-Signature": header}), SECRET) is None:
        assert sdk_accepts(BODY.decode(), header, SECRET)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"t={TIMESTAMP},v1=bad,v1={GOOD},v0=bad", None),
        (f"t={TIMESTAMP},v0={GOOD}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP}", Refusal.BAD_SIGNATURE),
        (f"v1={GOOD}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP},v1={GOOD.upper()}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP},v1=ü", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP},v1={GOOD},v1", Refusal.BAD_SIGNATURE),
        ("", Refusal.MISSING_SIGNATURE),
    ],
)
def test_headers(header: str, reason: Refusal | None) -> None:
    assert refusal(STRIPE, inbound(BODY, {"Stripe-Signature": header}), SECRET) is reason


def test_the_bounds_of_time_are_in() -> None:
    request, instant = signed(STRIPE, BODY, secret=SECRET), timedelta(microseconds=1)
    bound = timedelta(seconds=300)
    assert refusal(STRIPE, request, SECRET, now=NOW + bound) is None
    assert refusal(STRIPE, request, SECRET, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(STRIPE, request, SECRET, now=NOW - bound) is None
    assert refusal(STRIPE, request, SECRET, now=NOW - bound - instant) is Refusal.FUTURE


def test_a_time_beyond_the_calendar_is_in_the_future() -> None:
    header = SDK.generate_signature_header(BODY.decode(), SECRET, 10**17)
    assert refusal(STRIPE, inbound(BODY, {"Stripe-Signature": header}), SECRET) is Refusal.FUTURE


def test_secrets_rotate() -> None:
    request = signed(STRIPE, BODY, secret=SECRET)
    assert refusal(STRIPE, request, "whsec_new", SECRET) is None
    assert refusal(STRIPE, request, "whsec_new") is Refusal.BAD_SIGNATURE
    assert refusal(STRIPE, request) is Refusal.MISCONFIGURED
    assert refusal(STRIPE, signed(STRIPE, BODY, secret=""), "", " ") is Refusal.MISCONFIGURED


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        (
            "charge.succeeded__card_capture.json",
            "stripe.charge.succeeded",
            "evt_1DbqCuDEQaroqDjsojJSNhmh",
            datetime(2018, 11, 29, 14, 9, 32, tzinfo=UTC),
        ),
        (
            "invoice.payment_failed__capture.json",
            "stripe.invoice.payment_failed",
            "evt_00000000000000",
            datetime(2012, 1, 18, 2, 24, 38, tzinfo=UTC),
        ),
    ],
)
def test_real_payloads(file: str, name: str, key: str, occurred_at: datetime) -> None:
    body = payload(f"stripe/{file}")
    request = signed(STRIPE, body, secret=SECRET)
    assert refusal(STRIPE, request, SECRET) is None
    event = read_one(STRIPE, request)
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)
    assert event.data["data"]["object"]["id"]


def test_a_thin_event_writes_its_time_as_text() -> None:
    body = (
        b'{"id":"evt_2","object":"v2.core.event","type":"v2.core.account.updated","created":"2026-02-03T04:05:06.789Z"}'
    )
    event = read_one(STRIPE, inbound(body, {}))
    assert event.name == "stripe.v2.core.account.updated"
    assert event.occurred_at == datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"id":"evt_1"}', '{"type":"a.b"}', '{"id":"","type":"a.b"}'])
def test_a_body_that_is_no_event_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        STRIPE.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
