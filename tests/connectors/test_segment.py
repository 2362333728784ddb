import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import pytest

from connectors.base import InboundRequest, Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import inbound, read_one, refusal, signed
from tests.connectors.written import written

SEGMENT = preset("segment")
SECRET = "sharedsecretvalue"
TRACK, IDENTIFY = written("segment/track.json"), written("segment/identify.json")
BATCH = b"[" + TRACK + b"," + IDENTIFY + b"]"
PROVEN = {"Authorization": f"Bearer {SECRET}"}


def mac(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()


def request(body: bytes, signature: str, **headers: str) -> InboundRequest:
    return inbound(body, {"X-Signature": signature, **headers})


def test_the_signature_is_what_the_documentation_describes() -> None:
    assert refusal(SEGMENT, request(TRACK, mac(TRACK)), SECRET) is None
    assert signed(SEGMENT, TRACK, secret=SECRET).header("X-Signature") == mac(TRACK)


def test_tampering_is_refused() -> None:
    assert refusal(SEGMENT, request(TRACK + b" ", mac(TRACK)), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(SEGMENT, request(TRACK, mac(TRACK).upper()), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(SEGMENT, inbound(TRACK, {}), SECRET) is Refusal.MISSING_SIGNATURE


def test_a_batch_of_one_is_signed_as_a_whole() -> None:
    assert refusal(SEGMENT, request(b"[" + TRACK + b"]", mac(TRACK)), SECRET) is None
    assert refusal(SEGMENT, request(b"[" + IDENTIFY + b"]", mac(TRACK)), SECRET) is Refusal.BAD_SIGNATURE


def test_a_batch_is_taken_only_with_a_proof_of_the_rest() -> None:
    assert refusal(SEGMENT, request(BATCH, mac(TRACK), **PROVEN), SECRET) is None
    assert refusal(SEGMENT, request(BATCH, mac(TRACK)), SECRET) is Refusal.MISSING_SIGNATURE
    wrong = {"Authorization": "Bearer another"}
    assert refusal(SEGMENT, request(BATCH, mac(TRACK), **wrong), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(SEGMENT, request(BATCH, mac(IDENTIFY), **PROVEN), SECRET) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize("forged", [b"[" + TRACK, b"[" + TRACK + b" ]", b"[" + TRACK + b",{}]", b"[" + TRACK + b"]]"])
def test_what_is_put_around_a_signed_call_is_not_taken(forged: bytes) -> None:
    assert refusal(SEGMENT, request(forged, mac(TRACK)), SECRET) is Refusal.MISSING_SIGNATURE


def test_a_batch_of_ours_is_signed_as_segment_would() -> None:
    ours = signed(SEGMENT, BATCH, secret=SECRET)
    assert (ours.header("X-Signature"), ours.header("Authorization")) == (mac(TRACK), f"Bearer {SECRET}")


@pytest.mark.parametrize("body", [b'[{"' + b'\\"' * 500_000, b"[" + b"{" * 1_000_000, b'[{"a":' + b'"' * 1_000_000])
def test_a_body_made_to_be_slow_to_read_is_not(body: bytes) -> None:
    started = time.process_time()
    assert refusal(SEGMENT, request(body, "0" * 40), SECRET) is Refusal.BAD_SIGNATURE
    assert time.process_time() - started < 5  # quadratic, it would take hours


def test_secrets_rotate() -> None:
    old = signed(SEGMENT, BATCH, secret="old")
    assert refusal(SEGMENT, old, "new", "old") is None
    assert refusal(SEGMENT, old, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        (
            "track.json",
            "segment.track.order_completed",
            "ajs-next-1772287200000-3f2b",
            datetime(2026, 2, 28, 14, 0, 0, 512_000, tzinfo=UTC),
        ),
        (
            "identify.json",
            "segment.identify",
            "ajs-next-1772287201000-77aa",
            datetime(2026, 2, 28, 14, 0, 1, tzinfo=UTC),
        ),
    ],
)
def test_payloads(file: str, name: str, key: str, occurred_at: datetime) -> None:
    event = read_one(SEGMENT, signed(SEGMENT, written(f"segment/{file}"), secret=SECRET))
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)


def test_a_batch_becomes_several_events() -> None:
    events = SEGMENT.read(inbound(BATCH, {}), json.loads(BATCH), options={})
    assert [event.name for event in events] == ["segment.track.order_completed", "segment.identify"]
    assert [event.data for event in events] == [json.loads(TRACK), json.loads(IDENTIFY)]


@pytest.mark.parametrize("body", ["{}", "null", "[1]", '[{"type":"page"},{}]', '{"type":{}}'])
def test_a_body_that_is_no_call_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        SEGMENT.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
