import hashlib
import hmac
import json

import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import inbound, read_one, refusal, signed
from tests.connectors.written import written

ATTIO = preset("attio")
SECRET = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
BODY = written("attio/record_updated.json")
GOOD = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


def test_the_signature_is_what_the_documentation_describes() -> None:
    assert refusal(ATTIO, inbound(BODY, {"Attio-Signature": GOOD}), SECRET) is None
    assert signed(ATTIO, BODY, secret=SECRET).header("Attio-Signature") == GOOD


@pytest.mark.parametrize("wrong", [f"sha256={GOOD}", GOOD.upper(), GOOD[:-1], GOOD + " ", "é"])
def test_another_spelling_is_refused(wrong: str) -> None:
    assert refusal(ATTIO, inbound(BODY, {"Attio-Signature": wrong}), SECRET) is Refusal.BAD_SIGNATURE


def test_a_changed_body_or_no_signature_is_refused() -> None:
    assert refusal(ATTIO, inbound(BODY + b" ", {"Attio-Signature": GOOD}), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(ATTIO, inbound(BODY, {}), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate() -> None:
    request = signed(ATTIO, BODY, secret="old")
    assert refusal(ATTIO, request, "new", "old") is None
    assert refusal(ATTIO, request, "new") is Refusal.BAD_SIGNATURE


def test_a_message_of_one_event() -> None:
    event = read_one(ATTIO, signed(ATTIO, BODY, secret=SECRET, key="message-1"))
    assert (event.name, event.key, event.occurred_at) == ("attio.record.updated", "message-1", None)
    assert event.data == json.loads(BODY)["events"][0]


def test_each_event_of_a_message_has_a_key_of_its_own() -> None:
    body = written("attio/two_events.json")
    request = signed(ATTIO, body, secret=SECRET, key="message-2")
    events = ATTIO.read(request, json.loads(body), options={})
    assert [(event.name, event.key) for event in events] == [
        ("attio.list_entry.created", "message-2"),
        ("attio.note_content.updated", "message-2:1"),
    ]
    unkeyed = ATTIO.read(inbound(body, {}), json.loads(body), options={})
    assert [event.key for event in unkeyed] == [None, None]


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"events":{}}', '{"events":[1]}', '{"events":[{"id":{}}]}'])
def test_a_body_that_is_no_list_of_events_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        ATTIO.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
