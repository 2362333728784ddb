import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed

HMAC = preset("hmac")
SECRET, BODY = "a long agreed secret", b'{"type":"order.shipped","id":5}'
TIMED = {"timestamp_header": "X-Timestamp", "signed": "{timestamp}.{body}"}


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("prefix", ["", "sha256=", "v1="])
def test_algorithm_encoding_and_prefix(algorithm: str, encoding: str, prefix: str) -> None:
    mac = hmac.new(SECRET.encode(), BODY, getattr(hashlib, algorithm))
    written = prefix + (mac.hexdigest() if encoding == "hex" else b64encode(mac.digest()).decode())
    options = {"header": "X-Shop-Hmac", "algorithm": algorithm, "encoding": encoding, "prefix": prefix}
    request = inbound(BODY, {"x-shop-hmac": written})
    assert refusal(HMAC, request, SECRET, options=options) is None
    assert signed(HMAC, BODY, secret=SECRET, options=options).header("X-Shop-Hmac") == written
    assert refusal(HMAC, request, SECRET, options=options | {"prefix": "x"}) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("unit", "written"), [("seconds", "1772366400"), ("milliseconds", "1772366400000"), ("iso", "2026-03-01T12:00:00Z")]
)
def test_a_signed_time(unit: str, written: str) -> None:
    mac = hmac.new(SECRET.encode(), f"v0:{written}:".encode() + BODY, hashlib.sha256).hexdigest()
    options = {"timestamp_header": "X-Time", "timestamp_unit": unit, "signed": "v0:{timestamp}:{body}", "tolerance": 60}
    request, instant = inbound(BODY, {"X-Signature": mac, "X-Time": written}), timedelta(microseconds=1)
    bound = timedelta(seconds=60)
    assert HMAC.signs_time(options)
    assert refusal(HMAC, request, SECRET, options=options, now=NOW + bound) is None
    assert refusal(HMAC, request, SECRET, options=options, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(HMAC, request, SECRET, options=options, now=NOW - bound) is None
    assert refusal(HMAC, request, SECRET, options=options, now=NOW - bound - instant) is Refusal.FUTURE
    assert signed(HMAC, BODY, secret=SECRET, options=options).headers["x-signature"] == mac


@pytest.mark.parametrize(
    "written", ["", "-5", "1e9", "1772366400.0", " 1772366400", "١٧٧٢٣٦٦٤٠٠", "01772366400", "9" * 40]
)
def test_a_time_that_is_no_number_is_refused(written: str) -> None:
    mac = hmac.new(SECRET.encode(), f"{written}.".encode() + BODY, hashlib.sha256).hexdigest()
    request = inbound(BODY, {"X-Signature": mac, "X-Timestamp": written})
    assert refusal(HMAC, request, SECRET, options=TIMED) is Refusal.BAD_SIGNATURE


def test_method_url_and_headers_can_be_signed() -> None:
    content = b"POST https://ops.example.com/hooks/abc 42 " + BODY
    mac = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
    options = {"signed": "{method} {url} {header:X-Nonce} {body}"}
    request = inbound(BODY, {"X-Signature": mac, "X-Nonce": "42"})
    assert refusal(HMAC, request, SECRET, options=options) is None
    assert refusal(HMAC, inbound(BODY, {"X-Signature": mac}), SECRET, options=options) is Refusal.BAD_SIGNATURE


def test_secrets_rotate() -> None:
    request = signed(HMAC, BODY, secret="old")
    assert refusal(HMAC, request, "new", "old") is None
    assert refusal(HMAC, request, "new") is Refusal.BAD_SIGNATURE
    assert refusal(HMAC, inbound(BODY, {}), "new") is Refusal.MISSING_SIGNATURE


def test_name_key_and_time_come_from_where_staff_say() -> None:
    body = b'{"meta":{"at":1700000000},"items":[{"sku":"A1"}]}'
    options = {"name_from": "header:X-Topic", "key_from": "body:items.0.sku", "time_from": "body:meta.at"}
    event = read_one(HMAC, inbound(body, {"X-Topic": "orders/create"}), options)
    assert (event.name, event.key) == ("hmac.orders.create", "A1")
    assert event.occurred_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert read_one(HMAC, inbound(body, {}), {"name_from": "fixed:order.created"}).name == "hmac.order.created"


def test_unconfigured_it_finds_the_usual_places() -> None:
    event = read_one(HMAC, inbound(BODY, {"Idempotency-Key": "k1"}))
    assert (event.name, event.key, event.occurred_at) == ("hmac.order.shipped", "k1", None)
    # An `id` may be the record's and not the event's: taking it would swallow every later change of the record.
    assert read_one(HMAC, inbound(BODY, {})).key is None
    assert read_one(HMAC, inbound(b"[1]", {})).name == "hmac.event"


def test_a_name_that_is_not_where_it_should_be_is_malformed() -> None:
    with pytest.raises(Refused, match="header:X-Topic") as caught:
        read_one(HMAC, inbound(BODY, {}), {"name_from": "header:X-Topic"})
    assert caught.value.reason is Refusal.MALFORMED


def test_a_sample_carries_name_and_key_where_the_source_looks() -> None:
    options = {"name_from": "header:X-Topic", "key_from": "header:X-Id"}
    event = read_one(HMAC, signed(HMAC, BODY, secret=SECRET, options=options, name="a.b", key="k2"), options)
    assert (event.name, event.key) == ("hmac.a.b", "k2")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"header": ""}, "header"),
        ({"header": "X Signature"}, "header"),
        ({"algorithm": "md5"}, "algorithm"),
        ({"encoding": None}, "encoding"),
        ({"tolerance": "300"}, "tolerance"),
        ({"tolerance": True}, "tolerance"),
        ({"tolerance": 0}, "tolerance"),
        ({"signed": "{timestamp}"}, "signed"),
        ({"signed": "{timestamp}.{body}"}, "timestamp_header"),
        ({"signed": "{body}{secret}"}, "signed"),
        ({"signed": "{header:a b}{body}"}, "signed"),
        ({"timestamp_header": "X-Time"}, "signed"),
        ({"name_from": ""}, "name_from"),
        ({"name_from": "body"}, "name_from"),
        ({"name_from": "body:type,"}, "name_from"),
        ({"key_from": "header:a b"}, "key_from"),
        ({"key_from": "body:id, fixed:1"}, "key_from"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_broken_configuration_is_named_and_verifies_nothing(options: dict[str, Any], field: str) -> None:
    assert [name for name, _ in HMAC.check_options(options)] == [field]
    assert refusal(HMAC, inbound(BODY, {"X-Signature": "x"}), SECRET, options=options) is Refusal.MISCONFIGURED
