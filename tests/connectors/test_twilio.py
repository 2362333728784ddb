import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from connectors.base import InboundEvent, InboundRequest, Refusal, Refused, Reply
from connectors.forms import form_pairs
from connectors.registry import preset
from tests.connectors.inbound import URL, inbound, refusal, signed
from tests.connectors.test_robustness import changes
from tests.connectors.written import written

TWILIO = preset("twilio")
SECRET = "12345"
FORM = "application/x-www-form-urlencoded"
BODY = written("twilio/message_status.txt")
STREAM = written("twilio/event_stream.json")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PARAMETERS = st.dictionaries(TEXT.filter(bool), TEXT, max_size=5)
URLS = st.sampled_from(
    [
        URL,
        "https://ops.example.com:443/hooks/abc",
        "https://ops.example.com:8443/hooks/abc?x=1&y=%2F",
        "http://ops.example.com/hooks/abc",
        "http://ops.example.com:80/hooks/abc",
    ]
)


def hashed(body: bytes, url: str = URL) -> str:
    return f"{url}?bodySHA256={hashlib.sha256(body).hexdigest()}"


def read(request: InboundRequest) -> list[InboundEvent]:
    text = TWILIO.json_text(request)
    return TWILIO.read(request, None if text is None else json.loads(text), options={})


def test_the_published_vector() -> None:
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    sent = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert refusal(TWILIO, inbound(urlencode(parameters).encode(), sent, FORM, url), SECRET) is None


@given(PARAMETERS, TEXT.filter(str.strip), URLS)
def test_what_we_sign_the_sdk_accepts_and_the_other_way_round(
    parameters: dict[str, str], secret: str, url: str
) -> None:
    body, sdk = urlencode(parameters).encode(), RequestValidator(secret)
    ours = TWILIO.sign(body, secret=secret, options={}, now=datetime.now(UTC), url=url)
    assert sdk.validate(url, parameters, ours["X-Twilio-Signature"])
    theirs = {"X-Twilio-Signature": sdk.compute_signature(url, parameters)}
    assert refusal(TWILIO, inbound(body, theirs, FORM, url), secret) is None


@given(URLS, st.sampled_from([":443", ":80", ":8443", ""]), st.sampled_from(["https", "http"]), st.booleans())
def test_a_port_more_or_less_is_taken_where_the_sdk_takes_it(url: str, port: str, scheme: str, tail: bool) -> None:
    theirs = RequestValidator(SECRET).compute_signature(
        f"{scheme}://ops.example.com{port}/hooks/abc{'?x=1&y=%2F' if tail else ''}", {"a": "b"}
    )
    accepts = RequestValidator(SECRET).validate(url, {"a": "b"}, theirs)
    request = inbound(b"a=b", {"X-Twilio-Signature": theirs}, FORM, url)
    assert (refusal(TWILIO, request, SECRET) is None) is accepts


def test_repeated_fields_are_signed_once_each_and_sorted() -> None:
    class Several(dict[str, Any]):
        def getlist(self, name: str) -> list[str]:
            return self[name]

    theirs = RequestValidator(SECRET).compute_signature(URL, Several(b=["2", "1", "2"], a=["3"]))
    request = inbound(b"b=2&a=3&b=1&b=2", {"X-Twilio-Signature": theirs}, FORM)
    assert refusal(TWILIO, request, SECRET) is None
    assert read(request)[0].data == {"b": ["1", "2"], "a": "3"}


def test_json_is_bound_to_the_url_by_its_hash() -> None:
    url = hashed(STREAM)
    theirs = {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(url, {})}
    assert RequestValidator(SECRET).validate(url, STREAM.decode(), theirs["X-Twilio-Signature"])
    assert refusal(TWILIO, inbound(STREAM, theirs, url=url), SECRET) is None
    assert refusal(TWILIO, inbound(STREAM + b" ", theirs, url=url), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(TWILIO, inbound(STREAM, theirs, url=hashed(STREAM + b" ")), SECRET) is Refusal.BAD_SIGNATURE
    unbound = {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(URL, {})}
    assert refusal(TWILIO, inbound(STREAM, unbound), SECRET) is Refusal.BAD_SIGNATURE
    assert refusal(TWILIO, signed(TWILIO, STREAM, secret=SECRET, url=url), SECRET) is None


@given(st.data())
def test_a_form_that_was_changed_is_refused_or_says_the_same(data: st.DataObject) -> None:
    body = written(data.draw(st.sampled_from(["twilio/message_received.txt", "twilio/call_completed.txt"])))
    request = signed(TWILIO, body, secret=SECRET)
    changed = inbound(data.draw(changes(body)), request.headers, FORM)
    if refusal(TWILIO, changed, SECRET) is None:
        assert read(changed) == read(request)


@given(st.data())
def test_any_changed_byte_of_json_or_signature_is_refused(data: st.DataObject) -> None:
    url = hashed(STREAM)
    request = signed(TWILIO, STREAM, secret=SECRET, url=url)
    assert refusal(TWILIO, inbound(data.draw(changes(STREAM)), request.headers, url=url), SECRET) is not None
    after = data.draw(changes(request.header("X-Twilio-Signature").encode())).decode("latin-1")
    assert refusal(TWILIO, inbound(STREAM, {"X-Twilio-Signature": after}, url=url), SECRET) is not None


@pytest.mark.parametrize(
    ("settings", "algorithm", "reason"),
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "HMAC_SHA256", None),
        ("key=webhooks_sharedkey_1", "HMAC_SHA1", None),
        ("", "HMAC_SHA256", Refusal.BAD_SIGNATURE),
        ("algorithm=HMAC_SHA256", "HMAC_SHA1", Refusal.BAD_SIGNATURE),
        ("algorithm=NONE", "HMAC_SHA1", Refusal.BAD_SIGNATURE),
    ],
)
def test_a_shared_key_names_its_algorithm(settings: str, algorithm: str, reason: Refusal | None) -> None:
    theirs = RequestValidator(SECRET).compute_signature(URL, {"a": "b"}, algorithm)
    sent = {"X-Twilio-Signature": theirs, "X-Twilio-Webhooks-Signature-Settings": settings}
    assert refusal(TWILIO, inbound(b"a=b", sent, FORM), SECRET) is reason


def test_another_url_another_secret_or_no_signature_is_refused() -> None:
    request = signed(TWILIO, BODY, secret="old")
    assert refusal(TWILIO, request, "new", "old") is None
    assert refusal(TWILIO, request, "new") is Refusal.BAD_SIGNATURE
    elsewhere = inbound(BODY, request.headers, FORM, "https://ops.example.com/hooks/abd")
    assert refusal(TWILIO, elsewhere, "old") is Refusal.BAD_SIGNATURE
    assert refusal(TWILIO, inbound(BODY, {}, FORM), "old") is Refusal.MISSING_SIGNATURE


@pytest.mark.parametrize("url", ["https://[", "https://a:b/", "https://a:99999/", ""])
def test_a_url_that_is_none_is_signed_as_it_stands(url: str) -> None:
    assert refusal(TWILIO, signed(TWILIO, b"a=b", secret=SECRET, url=url), SECRET) is None


@pytest.mark.parametrize(
    ("file", "name", "occurred_at"),
    [
        ("message_status.txt", "twilio.message.delivered", None),
        ("message_received.txt", "twilio.message.received", None),
        ("call_completed.txt", "twilio.call.completed", datetime(2026, 3, 1, 11, 59, 58, tzinfo=UTC)),
        ("call_incoming.txt", "twilio.call.ringing", None),
        ("recording_completed.txt", "twilio.recording.completed", None),
        ("conference_join.txt", "twilio.conference.participant_join", datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC)),
        (
            "conversation_message_added.txt",
            "twilio.on_message_added",
            datetime(2026, 3, 1, 11, 59, 57, 123000, tzinfo=UTC),
        ),
    ],
)
def test_forms(file: str, name: str, occurred_at: datetime | None) -> None:
    request = signed(TWILIO, written(f"twilio/{file}"), secret=SECRET, key="token-1")
    assert refusal(TWILIO, request, SECRET) is None
    (event,) = read(request)
    assert (event.name, event.key, event.occurred_at) == (name, "token-1", occurred_at)
    assert event.data["AccountSid"] == "ACb1c9b0d2f2c1a0d5c3f0e6a7b8c9d0e1"


def test_text_of_people_comes_through() -> None:
    (event,) = read(inbound(written("twilio/message_received.txt"), {}, FORM))
    assert event.data["Body"] == "Grüße & more? +1"
    assert event.data["FromCity"] == "SAN FRANCISCO"


def test_event_streams_carry_several_events() -> None:
    events = read(inbound(STREAM, {"I-Twilio-Idempotency-Token": "t"}))
    assert [(event.name, event.key, event.occurred_at) for event in events] == [
        (
            "twilio.messaging.message.delivered",
            "EZ0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            datetime(2026, 3, 1, 11, 59, 55, tzinfo=UTC),
        ),
        (
            "twilio.voice.insights.call_summary.complete",
            "EZ1a1b2c3d4e5f60718293a4b5c6d7e8f9",
            datetime(2026, 3, 1, 11, 59, 56, 500000, tzinfo=UTC),
        ),
    ]


def test_other_json_is_one_event_by_its_token() -> None:
    (event,) = read(inbound(b'{"event_type":"transcript_available"}', {"I-Twilio-Idempotency-Token": "t"}))
    assert (event.name, event.key) == ("twilio.transcript_available", "t")
    both = read(inbound(b'[{"type":"a"},{"type":"b"}]', {"I-Twilio-Idempotency-Token": "t"}))
    # One token for two events would make the second a copy of the first.
    assert [(event.name, event.key) for event in both] == [("twilio.a", None), ("twilio.b", None)]
    assert read(inbound(b"Sid=NO1&Level=ERROR", {}, FORM))[0].name == "twilio.event"


@pytest.mark.parametrize(
    ("file", "answered"),
    [
        ("message_received.txt", True),
        ("call_incoming.txt", True),
        ("message_status.txt", False),
        ("call_completed.txt", False),
        ("recording_completed.txt", False),
    ],
)
def test_who_waits_for_instructions_gets_empty_ones(file: str, answered: bool) -> None:
    request = inbound(written(f"twilio/{file}"), {}, FORM)
    expected = Reply(b"<Response/>", content_type="text/xml") if answered else None
    assert TWILIO.acknowledge(request, read(request)) == expected


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"", FORM), (b"3", "application/json"), (b'[{"a":1},null]', "application/json")]
)
def test_what_is_no_event_is_malformed(body: bytes, content_type: str) -> None:
    with pytest.raises(Refused) as caught:
        read(InboundRequest("POST", URL, {}, body, content_type))
    assert caught.value.reason is Refusal.MALFORMED


@pytest.mark.parametrize("body", [b"a", b"a=1&", b"&a=1", b"a=1&&b=2", b"=1", b"a=%2", b"a=%zz", b"a=%C3", b"\xc3=1"])
def test_a_form_that_lost_a_byte_is_none(body: bytes) -> None:
    assert form_pairs(body) is None
    assert refusal(TWILIO, signed(TWILIO, body, secret=SECRET), SECRET) is Refusal.MALFORMED


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT)))
def test_a_form_reads_back(pairs: list[tuple[str, str]]) -> None:
    assert form_pairs(urlencode(pairs).encode()) == pairs
