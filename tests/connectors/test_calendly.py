import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed
from tests.connectors.written import written

CALENDLY = preset("calendly")
SECRET = "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I"
BODY = written("calendly/invitee_created.json")
TIMESTAMP = int(NOW.timestamp())


def mac(timestamp: int) -> str:
    return hmac.new(SECRET.encode(), f"{timestamp}.".encode() + BODY, hashlib.sha256).hexdigest()


GOOD = mac(TIMESTAMP)


def test_the_signature_is_what_the_documentation_describes() -> None:
    header = f"t={TIMESTAMP},v1={GOOD}"
    assert refusal(CALENDLY, inbound(BODY, {"Calendly-Webhook-Signature": header}), SECRET) is None
    assert signed(CALENDLY, BODY, secret=SECRET).header("Calendly-Webhook-Signature") == header


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", Refusal.MISSING_SIGNATURE),
        (f"v1={GOOD}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP}.0,v1={GOOD}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP + 1},v1={GOOD}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP},v1={GOOD.upper()}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP},v2={GOOD}", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP},v1={GOOD},", Refusal.BAD_SIGNATURE),
        (f"t={TIMESTAMP - 181},v1={mac(TIMESTAMP - 181)}", Refusal.STALE),
    ],
)
def test_headers_that_are_refused(header: str, reason: Refusal) -> None:
    assert refusal(CALENDLY, inbound(BODY, {"Calendly-Webhook-Signature": header}), SECRET) is reason


def test_the_bounds_of_time_are_in() -> None:
    request, instant = signed(CALENDLY, BODY, secret=SECRET), timedelta(microseconds=1)
    bound = timedelta(seconds=180)
    assert refusal(CALENDLY, request, SECRET, now=NOW + bound) is None
    assert refusal(CALENDLY, request, SECRET, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(CALENDLY, request, SECRET, now=NOW - bound) is None
    assert refusal(CALENDLY, request, SECRET, now=NOW - bound - instant) is Refusal.FUTURE


def test_secrets_rotate() -> None:
    request = signed(CALENDLY, BODY, secret="old")
    assert refusal(CALENDLY, request, "new", "old") is None
    assert refusal(CALENDLY, request, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "occurred_at"),
    [
        ("invitee_created.json", "calendly.invitee.created", datetime(2026, 2, 28, 14, 15, 22, 123456, tzinfo=UTC)),
        ("invitee_canceled.json", "calendly.invitee.canceled", datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_payloads(file: str, name: str, occurred_at: datetime) -> None:
    event = read_one(CALENDLY, signed(CALENDLY, written(f"calendly/{file}"), secret=SECRET))
    assert (event.name, event.occurred_at) == (name, occurred_at)
    assert event.data["payload"]["email"] == "jo.keller@tailspin.example"


def test_a_copy_is_known_by_its_body_and_only_where_that_names_a_time() -> None:
    first, later = (signed(CALENDLY, BODY, secret=SECRET, now=NOW + timedelta(minutes=minute)) for minute in (0, 1))
    assert read_one(CALENDLY, first).key == read_one(CALENDLY, later).key == hashlib.sha256(BODY).hexdigest()
    assert (
        read_one(CALENDLY, inbound(BODY.replace(b"22.123456Z", b"22.123457Z"), {})).key != read_one(CALENDLY, first).key
    )
    assert read_one(CALENDLY, inbound(b'{"event":"invitee.created"}', {})).key is None


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"event":{}}'])
def test_a_body_that_names_no_event_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        CALENDLY.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
