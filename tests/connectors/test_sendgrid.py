import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, refusal, signed
from tests.connectors.keys import EC_OTHER, EC_OTHER_CURVE, EC_PRIVATE, EC_PUBLIC, KEY, private_text, public_text
from tests.connectors.written import written

SENDGRID = preset("sendgrid")
BODY = written("sendgrid/batch.json")
TIMESTAMP = str(int(NOW.timestamp()))
SIGNATURE, TIME = "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"
PEM = f"-----BEGIN PUBLIC KEY-----\n{EC_PUBLIC[:64]}\n{EC_PUBLIC[64:]}\n-----END PUBLIC KEY-----"


def by_sendgrid(body: bytes, timestamp: str = TIMESTAMP, key: ec.EllipticCurvePrivateKey = KEY) -> dict[str, str]:
    raw = key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
    return {SIGNATURE: base64.b64encode(raw).decode(), TIME: timestamp}


def sdk_accepts(body: bytes, headers: dict[str, str], public: str) -> bool:
    try:
        return bool(EventWebhook(public).verify_signature(body.decode(), headers[SIGNATURE], headers[TIME]))
    except ValueError:
        return False


def test_the_vector_of_the_sdk() -> None:
    public = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglS"
        "I8eNEc6wEA3F+g=="
    )
    body = (
        b'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address",'
        b'"sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",'
        b'"sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",'
        b'"smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
    )
    sent = {
        SIGNATURE: "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
        TIME: "1600112502",
    }
    at = datetime.fromtimestamp(1600112502, UTC)
    assert SENDGRID.check_secret(public) is None
    assert refusal(SENDGRID, inbound(body, sent), public, now=at) is None
    assert refusal(SENDGRID, inbound(body.rstrip(), sent), public, now=at) is Refusal.BAD_SIGNATURE


@given(st.text(), st.integers(1, 2**200))
def test_what_we_sign_the_sdk_accepts_and_the_other_way_round(text: str, number: int) -> None:
    body, key = text.encode(), ec.derive_private_key(number, ec.SECP256R1())
    ours = SENDGRID.sign(body, secret=private_text(key), options={}, now=NOW)
    assert sdk_accepts(body, ours, public_text(key))
    assert refusal(SENDGRID, inbound(body, by_sendgrid(body, key=key)), public_text(key)) is None


GOOD = by_sendgrid(BODY)
SPELLINGS = [
    GOOD[SIGNATURE],
    GOOD[SIGNATURE].rstrip("="),
    GOOD[SIGNATURE] + "=",
    GOOD[SIGNATURE] + " ",
    base64.b64encode(base64.b64decode(GOOD[SIGNATURE]) + b"\0").decode(),
    base64.b64decode(GOOD[SIGNATURE]).hex(),
    "",
    "é",
]


@given(st.sampled_from(SPELLINGS), st.sampled_from([TIMESTAMP, f"0{TIMESTAMP}", f" {TIMESTAMP}", "", "x"]))
def test_we_accept_nothing_that_the_sdk_refuses(signature: str, timestamp: str) -> None:
    sent = {SIGNATURE: signature, TIME: timestamp}
    if refusal(SENDGRID, inbound(BODY, sent), EC_PUBLIC) is None:
        assert (signature, timestamp) == (GOOD[SIGNATURE], GOOD[TIME])
        assert sdk_accepts(BODY, sent, EC_PUBLIC)


def test_ten_minutes_in_both_directions() -> None:
    request, instant, bound = inbound(BODY, GOOD), timedelta(microseconds=1), timedelta(minutes=10)
    assert refusal(SENDGRID, request, EC_PUBLIC, now=NOW + bound) is None
    assert refusal(SENDGRID, request, EC_PUBLIC, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(SENDGRID, request, EC_PUBLIC, now=NOW - bound) is None
    assert refusal(SENDGRID, request, EC_PUBLIC, now=NOW - bound - instant) is Refusal.FUTURE


def test_keys_rotate() -> None:
    assert refusal(SENDGRID, inbound(BODY, GOOD), EC_OTHER, EC_PUBLIC) is None
    assert refusal(SENDGRID, inbound(BODY, GOOD), EC_OTHER) is Refusal.BAD_SIGNATURE
    assert refusal(SENDGRID, inbound(BODY, {}), EC_PUBLIC) is Refusal.MISSING_SIGNATURE
    assert refusal(SENDGRID, inbound(BODY, GOOD), "no key at all") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize("key", [EC_PUBLIC, PEM])
def test_keys_that_will_do(key: str) -> None:
    assert SENDGRID.check_secret(key) is None
    assert refusal(SENDGRID, inbound(BODY, GOOD), key) is None


@pytest.mark.parametrize("key", ["", "SG.an-api-key", EC_PUBLIC[:-8], EC_PRIVATE, EC_OTHER_CURVE, f" {EC_PUBLIC}"])
def test_keys_that_will_not_do(key: str) -> None:
    assert SENDGRID.check_secret(key)


def test_a_verification_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="private key"):
        SENDGRID.sign(BODY, secret=EC_PUBLIC, options={}, now=NOW)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "batch.json",
            [
                ("sendgrid.processed", "cHJvY2Vzc2VkLTAtMTQ", datetime(2017, 12, 15, 0, 59, 29, tzinfo=UTC)),
                ("sendgrid.delivered", "ZGVsaXZlcmVkLTAtMTQ", datetime(2017, 12, 15, 0, 59, 30, tzinfo=UTC)),
                ("sendgrid.group_unsubscribe", None, datetime(2017, 12, 15, 0, 59, 31, tzinfo=UTC)),
            ],
        ),
        (
            "account_status_change.json",
            [("sendgrid.account_status_change", "MjEzMTIzMTIz", datetime(2024, 2, 28, 17, 47, 8, tzinfo=UTC))],
        ),
    ],
)
def test_payloads(file: str, expected: list[tuple[str, str | None, datetime]]) -> None:
    request = signed(SENDGRID, written(f"sendgrid/{file}"), secret=EC_PRIVATE)
    assert refusal(SENDGRID, request, EC_PUBLIC) is None
    document = json.loads(request.body)
    events = SENDGRID.read(request, document, options={})
    assert [(event.name, event.key, event.occurred_at) for event in events] == expected
    assert [event.data for event in events] == document


@pytest.mark.parametrize("body", ["{}", "null", "[1]", '[{"event":"open"},{}]', '[{"event":5.5e400}]'])
def test_a_body_that_holds_something_else_is_malformed(body: str) -> None:
    document = json.loads(body, parse_float=lambda _: None)
    with pytest.raises(Refused) as caught:
        SENDGRID.read(inbound(body.encode(), {}), document, options={})
    assert caught.value.reason is Refusal.MALFORMED
