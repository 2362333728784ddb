import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from hubspot.exceptions import InvalidSignatureTimestampError
from hubspot.utils.signature import Signature
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import InboundRequest, Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, URL, inbound, refusal, signed
from tests.connectors.written import written

HUBSPOT = preset("hubspot")
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
BODY = written("hubspot/batch.json")
MILLISECONDS = str(int(NOW.timestamp()) * 1000)
V1, V2 = {"signature": "v1"}, {"signature": "v2"}


def by_hubspot(version: str, body: str, secret: str = SECRET, timestamp: str = MILLISECONDS) -> dict[str, str]:
    written = Signature.get_signature(secret, body, version, URL, "POST", timestamp)
    if version == "v3":
        return {"X-HubSpot-Signature-v3": written, "X-HubSpot-Request-Timestamp": timestamp}
    return {"X-HubSpot-Signature": written, "X-HubSpot-Signature-Version": version}


def sdk_accepts(version: str, body: str, headers: dict[str, str], secret: str) -> bool:
    header = "X-HubSpot-Signature-v3" if version == "v3" else "X-HubSpot-Signature"
    timestamp = headers.get("X-HubSpot-Request-Timestamp")
    with time_machine.travel(NOW, tick=False):
        try:
            return bool(Signature.is_valid(headers[header], secret, body, URL, "POST", version, timestamp))
        except InvalidSignatureTimestampError:
            return False


@pytest.mark.parametrize(
    ("version", "method", "body", "published"),
    [
        ("v2", "GET", b"", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
        (
            "v2",
            "POST",
            b'{"example_field":"example_value"}',
            "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
        ),
        (
            "v1",
            "POST",
            written("hubspot/contact_creation.json"),
            "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
        ),
    ],
)
def test_the_published_vectors(version: str, method: str, body: bytes, published: str) -> None:
    sent = {"x-hubspot-signature": published, "x-hubspot-signature-version": version}
    request = InboundRequest(method, "https://www.example.com/webhook_uri", sent, body, "application/json")
    assert refusal(HUBSPOT, request, SECRET, options={"signature": version}) is None


@pytest.mark.parametrize("version", ["v3", "v2", "v1"])
@given(body=st.text(), secret=st.text(min_size=1).filter(str.strip))
def test_what_we_sign_the_sdk_accepts_and_the_other_way_round(version: str, body: str, secret: str) -> None:
    options = {"signature": version}
    ours = HUBSPOT.sign(body.encode(), secret=secret, options=options, now=NOW, url=URL)
    assert sdk_accepts(version, body, ours, secret)
    theirs = by_hubspot(version, body, secret)
    assert refusal(HUBSPOT, inbound(body.encode(), theirs), secret, options=options) is None


GOOD = by_hubspot("v3", BODY.decode())
TIMES = [MILLISECONDS, f"{MILLISECONDS}.0", f"0{MILLISECONDS}", f"+{MILLISECONDS}", f" {MILLISECONDS}", "", "x"]


@given(st.sampled_from(TIMES), st.sampled_from(TIMES), st.sampled_from(["{}", "{}=", " {}", "v3={}"]))
def test_we_accept_nothing_that_the_sdk_refuses(timestamp: str, over: str, form: str) -> None:
    right = by_hubspot("v3", BODY.decode(), timestamp=over)["X-HubSpot-Signature-v3"]
    sent = {"X-HubSpot-Signature-v3": form.format(right), "X-HubSpot-Request-Timestamp": timestamp}
    if refusal(HUBSPOT, inbound(BODY, sent), SECRET) is None:
        assert sdk_accepts("v3", BODY.decode(), sent, SECRET)


def test_the_bounds_of_time_are_in_where_the_sdk_takes_any_future() -> None:
    request, instant, bound = inbound(BODY, GOOD), timedelta(microseconds=1), timedelta(seconds=300)
    assert refusal(HUBSPOT, request, SECRET, now=NOW + bound) is None
    assert refusal(HUBSPOT, request, SECRET, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(HUBSPOT, request, SECRET, now=NOW - bound) is None
    assert refusal(HUBSPOT, request, SECRET, now=NOW - bound - instant) is Refusal.FUTURE


@pytest.mark.parametrize(
    ("version", "options", "reason"),
    [
        ("v2", {}, Refusal.MISSING_SIGNATURE),
        ("v1", {}, Refusal.MISSING_SIGNATURE),
        ("v1", V2, Refusal.BAD_SIGNATURE),
        ("v2", V1, Refusal.BAD_SIGNATURE),
        ("v3", V2, Refusal.MISSING_SIGNATURE),
        ("v3", {"signature": "v4"}, Refusal.MISCONFIGURED),
    ],
)
def test_only_the_chosen_version_counts(version: str, options: dict[str, str], reason: Refusal) -> None:
    request = inbound(BODY, by_hubspot(version, BODY.decode()))
    assert refusal(HUBSPOT, request, SECRET, options=options) is reason
    assert HUBSPOT.signs_time(options) is (options == {})


def test_a_request_of_another_version_is_told_so() -> None:
    request = inbound(BODY, by_hubspot("v1", BODY.decode()))
    with pytest.raises(Refused, match="another version than v2"):
        HUBSPOT.verify(request, secrets=[SECRET], options=V2, now=NOW)


@pytest.mark.parametrize("options", [{}, V2])
def test_method_and_url_are_signed(options: dict[str, str]) -> None:
    request = signed(HUBSPOT, BODY, secret=SECRET, options=options)
    other_url = inbound(BODY, request.headers, url=f"{URL}?x=1")
    other_method = InboundRequest("PUT", URL, request.headers, BODY, "application/json")
    for changed in (other_url, other_method, inbound(BODY + b" ", request.headers)):
        assert refusal(HUBSPOT, changed, SECRET, options=options) is Refusal.BAD_SIGNATURE


def test_a_url_is_signed_decoded_as_the_guide_says_or_as_it_stands() -> None:
    listed, others = ":/?@!$'()*,;", "&=+#é %"
    plain, encoded = f"{URL}?to={listed}", f"{URL}?to={''.join(f'%{ord(each):02X}' for each in listed)}"
    headers = signed(HUBSPOT, BODY, secret=SECRET, url=plain).headers
    assert refusal(HUBSPOT, inbound(BODY, headers, url=encoded), SECRET) is None
    theirs = Signature.get_signature(SECRET, BODY.decode(), "v3", encoded, "POST", MILLISECONDS)
    sent = {"X-HubSpot-Signature-v3": theirs, "X-HubSpot-Request-Timestamp": MILLISECONDS}
    assert refusal(HUBSPOT, inbound(BODY, sent, url=encoded), SECRET) is None
    headers = signed(HUBSPOT, BODY, secret=SECRET, url=f"{URL}?to={others}").headers
    changed = inbound(BODY, headers, url=f"{URL}?to={quote(others, safe='')}")
    assert refusal(HUBSPOT, changed, SECRET) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize("options", [{}, V2, V1])
def test_secrets_rotate(options: dict[str, str]) -> None:
    request = signed(HUBSPOT, BODY, secret="old", options=options)
    assert refusal(HUBSPOT, request, "new", "old", options=options) is None
    assert refusal(HUBSPOT, request, "new", options=options) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "batch.json",
            [
                (
                    "hubspot.contact.property_change",
                    "3816279340:33:25:1246965:1462216307945",
                    datetime(2016, 5, 2, 19, 11, 47, 945000, tzinfo=UTC),
                ),
                (
                    "hubspot.contact.creation",
                    "3816279480:33:22:1246978:1462216307945",
                    datetime(2016, 5, 2, 19, 11, 47, 945000, tzinfo=UTC),
                ),
            ],
        ),
        (
            "association_change.json",
            [
                (
                    "hubspot.deal.association_change",
                    "816279480:33:1160::1772366396123",
                    datetime(2026, 3, 1, 11, 59, 56, 123000, tzinfo=UTC),
                )
            ],
        ),
    ],
)
def test_payloads(file: str, expected: list[tuple[str, str, datetime]]) -> None:
    request = signed(HUBSPOT, written(f"hubspot/{file}"), secret=SECRET)
    assert refusal(HUBSPOT, request, SECRET) is None
    document = json.loads(request.body)
    events = HUBSPOT.read(request, document, options={})
    assert [(event.name, event.key, event.occurred_at) for event in events] == expected
    assert [event.data for event in events] == document


def test_an_attempt_repeats_its_key_and_another_event_of_the_same_id_has_its_own() -> None:
    (first,) = json.loads(written("hubspot/contact_creation.json"))
    again, other = first | {"attemptNumber": 3}, first | {"objectId": 124}
    keys = [event.key for event in HUBSPOT.read(inbound(b"", {}), [first, again, other], options={})]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "body", ["{}", "null", "[1]", '[{"eventId":1}]', '[{"subscriptionType":"contact.creation"}]', '[{"eventId":true}]']
)
def test_a_body_that_holds_something_else_is_malformed(body: str) -> None:
    with pytest.raises(Refused) as caught:
        HUBSPOT.read(inbound(body.encode(), {}), json.loads(body), options={})
    assert caught.value.reason is Refusal.MALFORMED
