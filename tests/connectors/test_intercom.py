import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from connectors.base import InboundRequest, Refusal, Refused, Reply
from connectors.registry import preset
from tests.connectors.inbound import inbound, read_one, refusal, signed
from tests.connectors.written import written

INTERCOM = preset("intercom")
SECRET = "client-secret-of-the-app"
BODY = written("intercom/conversation_user_created.json")
GOOD = "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()


def test_the_signature_is_what_the_documentation_describes() -> None:
    assert refusal(INTERCOM, inbound(BODY, {"X-Hub-Signature": GOOD}), SECRET) is None
    assert signed(INTERCOM, BODY, secret=SECRET).header("X-Hub-Signature") == GOOD


@pytest.mark.parametrize("wrong", [GOOD[5:], GOOD.upper(), GOOD.replace("sha1", "sha256"), GOOD[:-1], "sha1=", "é"])
def test_another_spelling_is_refused(wrong: str) -> None:
    assert refusal(INTERCOM, inbound(BODY, {"X-Hub-Signature": wrong}), SECRET) is Refusal.BAD_SIGNATURE


def test_a_changed_body_or_no_signature_is_refused() -> None:
    assert refusal(INTERCOM, inbound(BODY + b" ", {"X-Hub-Signature": GOOD}), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(INTERCOM, inbound(BODY, {}), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate() -> None:
    request = signed(INTERCOM, BODY, secret="old")
    assert refusal(INTERCOM, request, "new", "old") is None
    assert refusal(INTERCOM, request, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        (
            "conversation_user_created.json",
            "intercom.conversation.user.created",
            "notif_78c122d0-23ba-11e4-9464-79b01267cc2e",
            datetime(2026, 2, 28, 10, 5, tzinfo=UTC),
        ),
        ("ping.json", "intercom.ping", None, datetime(2026, 2, 28, 10, 3, 20, tzinfo=UTC)),
    ],
)
def test_payloads(file: str, name: str, key: str | None, occurred_at: datetime) -> None:
    event = read_one(INTERCOM, signed(INTERCOM, written(f"intercom/{file}"), secret=SECRET))
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"topic":{}}', '{"topic":" "}'])
def test_a_body_that_is_no_notification_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        INTERCOM.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED


def test_a_trial_of_the_address_is_answered() -> None:
    trial = InboundRequest("HEAD", "https://ops.example.com/hooks/abc", {}, b"", "")
    assert "HEAD" in INTERCOM.handshake_methods
    assert INTERCOM.handshake(trial, None, secrets=[SECRET], options={}) == Reply(b"")
    assert INTERCOM.handshake(inbound(BODY, {}), {}, secrets=[SECRET], options={}) is None
