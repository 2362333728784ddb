"""Properties of every preset: a changed byte is refused, and no input makes an exception other than `Refused`."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import InboundRequest, Preset, Refused
from connectors.registry import preset, presets
from tests.connectors.inbound import NOW, REQUIRED, inbound, refusal, signed
from tests.connectors.keys import EC_PRIVATE, EC_PUBLIC

BODY = b'{"id":"evt_1","type":"invoice.paid","action":"opened"}'
ED25519 = base64.b64encode(bytes(range(32))).decode()
ED25519_PUBLIC = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
TIMED = {"timestamp_header": "X-Time", "signed": "{timestamp}.{body}"}

# preset, signing secret, verifying secret, options, the headers that the signature covers or carries
SETUPS = [
    pytest.param("stripe", "whsec_x", "whsec_x", {}, ["Stripe-Signature"], id="stripe"),
    pytest.param("github", "s", "s", {}, ["X-Hub-Signature-256"], id="github"),
    pytest.param(
        "standard_webhooks",
        "whsec_c2VjcmV0",
        "whsec_c2VjcmV0",
        {},
        ["webhook-id", "webhook-timestamp", "webhook-signature"],
        id="standard",
    ),
    pytest.param(
        "standard_webhooks",
        f"whsk_{ED25519}",
        ED25519_PUBLIC,
        {},
        ["webhook-id", "webhook-timestamp", "webhook-signature"],
        id="standard-ed25519",
    ),
    pytest.param("attio", "s", "s", {}, ["Attio-Signature"], id="attio"),
    pytest.param("calendly", "s", "s", {}, ["Calendly-Webhook-Signature"], id="calendly"),
    pytest.param("intercom", "s", "s", {}, ["X-Hub-Signature"], id="intercom"),
    pytest.param("pagerduty", "s", "s", {}, ["X-PagerDuty-Signature"], id="pagerduty"),
    pytest.param("segment", "s", "s", {}, ["X-Signature"], id="segment"),
    pytest.param("typeform", "s", "s", {}, ["Typeform-Signature"], id="typeform"),
    pytest.param(
        "zendesk",
        "s",
        "s",
        {},
        ["X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"],
        id="zendesk",
    ),
    pytest.param("shopify", "s", "s", {}, ["X-Shopify-Hmac-Sha256"], id="shopify"),
    pytest.param("slack", "s", "s", {}, ["X-Slack-Signature", "X-Slack-Request-Timestamp"], id="slack"),
    pytest.param(
        "sendgrid",
        EC_PRIVATE,
        EC_PUBLIC,
        {},
        ["X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"],
        id="sendgrid",
    ),
    pytest.param("hubspot", "s", "s", {}, ["X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"], id="hubspot"),
    pytest.param("hubspot", "s", "s", {"signature": "v2"}, ["X-HubSpot-Signature"], id="hubspot-v2"),
    pytest.param("hubspot", "s", "s", {"signature": "v1"}, ["X-HubSpot-Signature"], id="hubspot-v1"),
    pytest.param("hmac", "s", "s", {}, ["X-Signature"], id="hmac"),
    pytest.param("hmac", "s", "s", TIMED | {"encoding": "base64"}, ["X-Signature", "X-Time"], id="hmac-timed"),
]


@st.composite
def changes(draw: st.DrawFn, before: bytes, start: int = 0) -> bytes:
    """`before` with one byte changed, inserted or removed, or its end cut off; the first `start` bytes stay."""
    position = draw(st.integers(start, len(before) - 1))
    byte = draw(st.integers(0, 255).filter(lambda new: new != before[position]))
    kind = draw(st.sampled_from(["changed", "inserted", "removed", "cut"]))
    return {
        "changed": before[:position] + bytes([byte]) + before[position + 1 :],
        "inserted": before[:position] + bytes([byte]) + before[position:],
        "removed": before[:position] + before[position + 1 :],
        "cut": before[:position],
    }[kind]


@pytest.mark.parametrize(("name", "signing", "verifying", "options", "covered"), SETUPS)
@given(data=st.data())
def test_any_changed_byte_is_refused(
    name: str, signing: str, verifying: str, options: dict[str, Any], covered: list[str], data: st.DataObject
) -> None:
    each = preset(name)
    request = signed(each, BODY, secret=signing, options=options, key="msg_1")
    assert refusal(each, request, verifying, options=options) is None

    where = data.draw(st.sampled_from(["body", *covered]))
    before = BODY if where == "body" else request.header(where).encode()
    after = data.draw(changes(before))
    if where == "body":
        changed = inbound(after, request.headers)
    else:
        changed = inbound(BODY, {**request.headers, where: after.decode("latin-1")})
    assert refusal(each, changed, verifying, options=options) is not None


@pytest.mark.parametrize(("name", "secret"), [("bearer", "token"), ("basic", "user:pässword")])
@given(data=st.data())
def test_any_changed_byte_of_a_credential_is_refused(name: str, secret: str, data: st.DataObject) -> None:
    each = preset(name)
    request = signed(each, BODY, secret=secret)
    assert refusal(each, request, secret) is None
    before = request.header("Authorization").encode()
    after = data.draw(changes(before, start=before.index(b" ")))
    changed = inbound(BODY, {"Authorization": after.decode("latin-1")})
    assert refusal(each, changed, secret) is not None


ANY_TEXT = st.text(st.characters(), max_size=40)
FIELDS = [
    *("id", "type", "created", "timestamp", "action", "event", "event_id", "occurred_at"),
    *("created_at", "event_type", "events", "messageId", "time", "topic"),
    *("subscriptionType", "eventId", "occurredAt", "sg_event_id", "event_time", "challenge", "actions", "specversion"),
]
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(-(10**300)) | st.decimals() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS) | ANY_TEXT,
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
TIMES = st.sampled_from([f"{NOW.timestamp():.0f}", "0", "-1", "9" * 18, "9" * 400, "1e9", "nan", "١٢٣", "2026-13-01"])
HEADER_VALUES = (
    ANY_TEXT
    | TIMES
    | st.builds("t={},v1={}".format, TIMES, ANY_TEXT)
    | st.builds("v1,{} v1a,{}".format, ANY_TEXT, st.binary(max_size=70).map(lambda raw: base64.b64encode(raw).decode()))
)
HEADER_NAMES = [
    "stripe-signature",
    "x-hub-signature-256",
    "x-github-event",
    "x-github-delivery",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "x-signature",
    "x-time",
    "idempotency-key",
    "attio-signature",
    "authorization",
    "calendly-webhook-signature",
    "typeform-signature",
    "x-hub-signature",
    "x-pagerduty-signature",
    "x-zendesk-webhook-invocation-id",
    "x-zendesk-webhook-signature",
    "x-zendesk-webhook-signature-timestamp",
    "x-shopify-hmac-sha256",
    "x-shopify-topic",
    "x-shopify-triggered-at",
    "x-slack-signature",
    "x-slack-request-timestamp",
    "x-twilio-signature",
    "x-twilio-webhooks-signature-settings",
    "x-twilio-email-event-webhook-signature",
    "x-twilio-email-event-webhook-timestamp",
    "x-hubspot-signature-v3",
    "x-hubspot-request-timestamp",
    "x-hubspot-signature",
]
HEADERS = st.dictionaries(st.sampled_from(HEADER_NAMES), HEADER_VALUES) | st.fixed_dictionaries(
    dict.fromkeys(HEADER_NAMES, HEADER_VALUES)
)
URLS = ANY_TEXT | st.builds("https://{}/{}?key=s&bodySHA256={}".format, ANY_TEXT, ANY_TEXT, ANY_TEXT)
FORMS = st.dictionaries(
    st.sampled_from(["payload", "command", "ssl_check", "MessageStatus", "Timestamp", "CallStatus"]) | ANY_TEXT,
    ANY_TEXT | TIMES | st.sampled_from(["{", '{"type":"block_actions"}', "Sun, 99 Foo 1 25:61:61 +9999"]),
    max_size=4,
).map(lambda fields: urlencode(fields, errors="surrogatepass").encode())
ATTRIBUTES = st.sampled_from(
    [
        "",
        'xmlns="http://schemas.xmlsoap.org/soap/envelope/"',
        'xmlns="http://soap.sforce.com/2005/09/outbound"',
        'xmlns:x="http://www.w3.org/2001/XMLSchema-instance"',
        'x:type="sf:Lead"',
        'x:nil="true"',
    ]
)
MARKUP = st.sampled_from(
    ["Envelope", "Body", "notifications", "OrganizationId", "Notification", "Id", "sObject", "x:y"]
)
XML = st.recursive(
    ANY_TEXT,
    lambda inner: st.builds("<{0} {3} {4}>{1}{2}</{0}>".format, MARKUP, inner, inner, ATTRIBUTES, ATTRIBUTES),
    max_leaves=8,
).map(lambda text: text.encode("utf-8", "surrogatepass"))
BODIES = st.binary() | FORMS | XML
CONTENT_TYPES = ANY_TEXT | st.sampled_from(["application/x-www-form-urlencoded", "application/json", "text/xml"])
REQUESTS = st.builds(InboundRequest, ANY_TEXT, URLS, HEADERS, BODIES, CONTENT_TYPES, ANY_TEXT)
SECRETS = st.lists(
    ANY_TEXT | st.sampled_from(["s", EC_PUBLIC, ED25519_PUBLIC, "whsec_", "whpk_", "whpk_AAAA", "whsec_c2VjcmV0"]),
    max_size=4,
)


def options_for(each: Preset) -> st.SearchStrategy[dict[str, Any]]:
    wild = st.dictionaries(
        st.sampled_from(["x", *(option.name for option in each.options)]) | ANY_TEXT,
        ANY_TEXT | st.none() | st.integers() | st.lists(ANY_TEXT),
        max_size=4,
    )
    known = {
        "hmac": [TIMED, TIMED | {"timestamp_unit": "iso"}],
        "hubspot": [{"signature": "v2"}, {"signature": "v1"}],
    }
    return wild | st.sampled_from([dict(REQUIRED.get(each.name, {})), *known.get(each.name, [])])


@pytest.mark.parametrize("each", presets(), ids=lambda each: each.name)
@given(data=st.data(), request_=REQUESTS, secrets=SECRETS, document=DOCUMENTS, seconds=st.integers(-400, 400))
def test_no_input_makes_another_exception(
    each: Preset, data: st.DataObject, request_: InboundRequest, secrets: list[str], document: Any, seconds: int
) -> None:
    options = data.draw(options_for(each))
    now = NOW + timedelta(seconds=seconds)
    calls = [
        lambda: each.check_content_type(request_),
        lambda: each.verify(request_, secrets=secrets, options=options, now=now),
        lambda: each.json_text(request_),
        lambda: each.handshake(request_, document, secrets=secrets, options=options),
        lambda: each.acknowledge(request_, each.read(request_, document, options=options)),
    ]
    refusals = []
    for call in calls:
        try:
            call()
        except Refused as refused:
            refusals.append(refused)
    assert all(refused.detail and refused.reason.status in {400, 401, 415} for refused in refusals)


@pytest.mark.parametrize("each", presets(), ids=lambda each: each.name)
@given(request_=REQUESTS, rest=ANY_TEXT)
def test_a_refusal_tells_neither_the_secret_nor_the_signature(
    each: Preset, request_: InboundRequest, rest: str
) -> None:
    secret = f"§secret§{rest}"
    options = REQUIRED.get(each.name, {})
    try:
        right = each.sign(request_.body, secret=secret, options=options, now=NOW)
    except ValueError:
        right = {}
    with pytest.raises(Refused) as caught:
        each.verify(request_, secrets=[secret], options=options, now=NOW)
    assert "§" not in caught.value.detail
    assert not any(value[-30:] in caught.value.detail for value in right.values() if len(value) > 40)


@pytest.mark.parametrize("each", presets(), ids=lambda each: each.name)
@given(document=DOCUMENTS)
def test_what_is_read_fits_the_columns(each: Preset, document: Any) -> None:
    headers = {"x-github-event": "push", "x-github-delivery": "d" * 300, "webhook-id": "m" * 300}
    headers |= {
        "x-shopify-topic": "orders/create",
        "x-shopify-webhook-id": "w" * 300,
        "x-shopify-triggered-at": "9" * 9,
    }
    try:
        events = each.read(inbound(b"", headers), document, options=REQUIRED.get(each.name, {}))
    except Refused:
        return
    for event in events:
        assert event.name.startswith(f"{each.name}.")
        assert len(event.name) <= 255
        assert event.key is None or 0 < len(event.key) <= 255
        assert event.occurred_at is None or event.occurred_at.tzinfo is not None
