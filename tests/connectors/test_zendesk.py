import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import InboundRequest, Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed
from tests.connectors.written import written

ZENDESK = preset("zendesk")
SECRET = "a2V5IHRoYXQgWmVuZGVzayBtYWRl"
BODY = written("zendesk/ticket_status_changed.json")
SENT = "2026-03-01T12:00:00Z"


def mac(timestamp: str, body: bytes) -> str:
    return b64encode(hmac.new(SECRET.encode(), timestamp.encode() + body, hashlib.sha256).digest()).decode()


def request(body: bytes = BODY, timestamp: str = SENT, signature: str | None = None) -> InboundRequest:
    headers = {
        "X-Zendesk-Webhook-Signature": mac(timestamp, body) if signature is None else signature,
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        "X-Zendesk-Webhook-Invocation-Id": "8350205582",
    }
    return inbound(body, headers, "application/json" if body else "")


def test_the_signature_is_what_the_documentation_describes() -> None:
    assert refusal(ZENDESK, request(), SECRET) is None
    assert signed(ZENDESK, BODY, secret=SECRET).header("X-Zendesk-Webhook-Signature") == mac(SENT, BODY)


def test_tampering_is_refused() -> None:
    assert refusal(ZENDESK, request(signature=mac(SENT, BODY + b" ")), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(ZENDESK, request(signature=mac("2026-03-01T12:00:01Z", BODY)), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(ZENDESK, request(signature=mac(SENT, BODY).rstrip("=")), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(ZENDESK, request(signature=""), SECRET) is Refusal.MISSING_SIGNATURE


@pytest.mark.parametrize(
    "timestamp", ["2026-03-01T12:00:00", "2026-03-01T12:00:00+00:00", "2026-03-01", "20260301T120000Z", "1772366400"]
)
def test_a_time_has_one_spelling_so_that_none_of_it_can_move_into_the_body(timestamp: str) -> None:
    assert refusal(ZENDESK, request(timestamp=timestamp), SECRET) is Refusal.BAD_SIGNATURE


def test_the_bounds_of_time_are_in() -> None:
    instant, bound = timedelta(microseconds=1), timedelta(minutes=10)
    assert refusal(ZENDESK, request(), SECRET, now=NOW + bound) is None
    assert refusal(ZENDESK, request(), SECRET, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(ZENDESK, request(), SECRET, now=NOW - bound) is None
    assert refusal(ZENDESK, request(), SECRET, now=NOW - bound - instant) is Refusal.FUTURE


def test_secrets_rotate() -> None:
    old = signed(ZENDESK, BODY, secret="old")
    assert refusal(ZENDESK, old, "new", "old") is None
    assert refusal(ZENDESK, old, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "occurred_at"),
    [
        ("user_active_changed.json", "zendesk.user.active_changed", datetime(2026, 2, 28, 5, 33, 18, tzinfo=UTC)),
        (
            "ticket_status_changed.json",
            "zendesk.ticket.status_changed",
            datetime(2026, 2, 28, 11, 20, 5, 123456, tzinfo=UTC),
        ),
        ("written_by_a_trigger.json", "zendesk.ticket.escalated", None),
    ],
)
def test_payloads(file: str, name: str, occurred_at: datetime | None) -> None:
    event = read_one(ZENDESK, request(written(f"zendesk/{file}")))
    assert (event.name, event.key, event.occurred_at) == (name, "8350205582", occurred_at)


def test_a_body_may_be_empty() -> None:
    empty = request(b"")
    ZENDESK.check_content_type(empty)
    assert refusal(ZENDESK, empty, SECRET) is None
    assert ZENDESK.json_text(empty) is None
    (event,) = ZENDESK.read(empty, None, options={})
    assert (event.name, event.key, event.data) == ("zendesk.trigger", "8350205582", {})


def test_what_comes_without_a_name_gets_the_one_that_staff_set() -> None:
    body = b'{"ticket_id":"7"}'
    assert read_one(ZENDESK, request(body)).name == "zendesk.trigger"
    assert read_one(ZENDESK, request(body), {"name_from": "fixed:ticket.stale"}).name == "zendesk.ticket.stale"
    with pytest.raises(Refused, match="body:event") as caught:
        ZENDESK.read(request(body), json.loads(body), options={"name_from": "body:event"})
    assert caught.value.reason is Refusal.MALFORMED


def test_another_format_is_refused_with_what_to_change() -> None:
    with pytest.raises(Refused, match="choose JSON"):
        ZENDESK.check_content_type(inbound(b"<a/>", {}, "application/xml"))
