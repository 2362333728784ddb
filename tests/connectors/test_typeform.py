import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import inbound, read_one, refusal, signed
from tests.connectors.written import written

TYPEFORM = preset("typeform")
SECRET = "a long agreed secret"
BODY = written("typeform/form_response.json")
GOOD = "sha256=" + b64encode(hmac.new(SECRET.encode(), BODY, hashlib.sha256).digest()).decode()


def test_the_signature_is_what_the_documentation_describes() -> None:
    assert refusal(TYPEFORM, inbound(BODY, {"Typeform-Signature": GOOD}), SECRET) is None
    assert signed(TYPEFORM, BODY, secret=SECRET).header("Typeform-Signature") == GOOD


@pytest.mark.parametrize("wrong", [GOOD[7:], GOOD.rstrip("="), GOOD.upper(), GOOD + " ", "sha256=", "é"])
def test_another_spelling_is_refused(wrong: str) -> None:
    assert refusal(TYPEFORM, inbound(BODY, {"Typeform-Signature": wrong}), SECRET) is Refusal.BAD_SIGNATURE


def test_a_changed_body_or_no_signature_is_refused() -> None:
    assert refusal(TYPEFORM, inbound(BODY + b" ", {"Typeform-Signature": GOOD}), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(TYPEFORM, inbound(BODY, {}), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate() -> None:
    request = signed(TYPEFORM, BODY, secret="old")
    assert refusal(TYPEFORM, request, "new", "old") is None
    assert refusal(TYPEFORM, request, "new") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        (
            "form_response.json",
            "typeform.form_response",
            "01JN7Q5T3SBX4T2M9G6Z8W1E0K",
            datetime(2026, 2, 28, 10, 2, 11, tzinfo=UTC),
        ),
        ("form_response_partial.json", "typeform.form_response_partial", "01JN7Q9Z0E6QJ7T5WAH3R4D8YB", None),
    ],
)
def test_payloads(file: str, name: str, key: str, occurred_at: datetime | None) -> None:
    event = read_one(TYPEFORM, signed(TYPEFORM, written(f"typeform/{file}"), secret=SECRET))
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)
    assert event.data["form_response"]["definition"]["title"] == "Talk to sales"


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"event_type":"form_response"}', '{"event_id":"1"}'])
def test_a_body_that_is_no_answer_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        TYPEFORM.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
