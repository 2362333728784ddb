import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import inbound, read_one, refusal, signed
from tests.connectors.written import written

PAGERDUTY = preset("pagerduty")
SECRET = "secret-that-pagerduty-made"
BODY = written("pagerduty/incident_triggered.json")
GOOD = "v1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


def test_the_signature_is_what_the_documentation_describes() -> None:
    assert refusal(PAGERDUTY, inbound(BODY, {"X-PagerDuty-Signature": GOOD}), SECRET) is None
    assert signed(PAGERDUTY, BODY, secret=SECRET).header("X-PagerDuty-Signature") == GOOD


@pytest.mark.parametrize("header", [f"v1={'0' * 64},{GOOD}", f"{GOOD},v1={'0' * 64}", f"v2=x,{GOOD}"])
def test_one_right_signature_among_several_is_enough(header: str) -> None:
    assert refusal(PAGERDUTY, inbound(BODY, {"X-PagerDuty-Signature": header}), SECRET) is None


@pytest.mark.parametrize(
    "wrong", [GOOD[3:], GOOD.upper(), "v2=" + GOOD[3:], GOOD[:-1], f"{GOOD},", f",{GOOD}", f"v1=x, {GOOD}", "v1=", "é"]
)
def test_another_spelling_is_refused(wrong: str) -> None:
    assert refusal(PAGERDUTY, inbound(BODY, {"X-PagerDuty-Signature": wrong}), SECRET) is Refusal.BAD_SIGNATURE


def test_a_changed_body_or_no_signature_is_refused() -> None:
    assert refusal(PAGERDUTY, inbound(BODY + b" ", {"X-PagerDuty-Signature": GOOD}), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(PAGERDUTY, inbound(BODY, {}), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate_on_both_sides() -> None:
    request = signed(PAGERDUTY, BODY, secret="old")
    assert refusal(PAGERDUTY, request, "new", "old") is None
    assert refusal(PAGERDUTY, request, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        (
            "incident_triggered.json",
            "pagerduty.incident.triggered",
            "5ac64822-4adc-4fda-ade0-410becf0de4f",
            datetime(2026, 2, 28, 14, 0, 0, 250_000, tzinfo=UTC),
        ),
        (
            "pagey_ping.json",
            "pagerduty.pagey.ping",
            "01CEGGAYC39QWNNQT2UTN0DXSX",
            datetime(2026, 2, 28, 13, 58, 12, 871_000, tzinfo=UTC),
        ),
    ],
)
def test_payloads(file: str, name: str, key: str, occurred_at: datetime) -> None:
    event = read_one(PAGERDUTY, signed(PAGERDUTY, written(f"pagerduty/{file}"), secret=SECRET))
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)


@pytest.mark.parametrize("body", ["{}", "[]", '{"event":[]}', '{"event":{"id":"1"}}', '{"event":{"event_type":"a"}}'])
def test_a_body_that_is_no_event_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        PAGERDUTY.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
