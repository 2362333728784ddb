"""Properties of every preset: a changed byte is refused, and no input makes an exception other than `Refused`."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import InboundRequest, Preset, Refused
from connectors.registry import preset, presets
from tests.connectors.inbound import NOW, inbound, refusal, signed

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
    pytest.param("hmac", "s", "s", {}, ["X-Signature"], id="hmac"),
    pytest.param("hmac", "s", "s", TIMED | {"encoding": "base64"}, ["X-Signature", "X-Time"], id="hmac-timed"),
]


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
    position = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda new: new != before[position]))
    kind = data.draw(st.sampled_from(["changed", "inserted", "removed", "cut"]))
    after = {
        "changed": before[:position] + bytes([byte]) + before[position + 1 :],
        "inserted": before[:position] + bytes([byte]) + before[position:],
        "removed": before[:position] + before[position + 1 :],
        "cut": before[:position],
    }[kind]
    if where == "body":
        changed = inbound(after, request.headers)
    else:
        changed = inbound(BODY, {**request.headers, where: after.decode("latin-1")})
    assert refusal(each, changed, verifying, options=options) is not None


ANY_TEXT = st.text(st.characters(), max_size=40)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(-(10**300)) | st.decimals() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "created", "timestamp", "action", "event", "event_id", "occurred_at"])
            | ANY_TEXT,
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
]
HEADERS = st.dictionaries(st.sampled_from(HEADER_NAMES), HEADER_VALUES) | st.fixed_dictionaries(
    dict.fromkeys(HEADER_NAMES, HEADER_VALUES)
)
REQUESTS = st.builds(InboundRequest, ANY_TEXT, ANY_TEXT, HEADERS, st.binary(), ANY_TEXT, ANY_TEXT)
SECRETS = st.lists(
    ANY_TEXT | st.sampled_from([ED25519_PUBLIC, "whsec_", "whpk_", "whpk_AAAA", "whsec_c2VjcmV0"]), max_size=4
)


def options_for(each: Preset) -> st.SearchStrategy[dict[str, Any]]:
    wild = st.dictionaries(
        st.sampled_from(["x", *(option.name for option in each.options)]) | ANY_TEXT,
        ANY_TEXT | st.none() | st.integers() | st.lists(ANY_TEXT),
        max_size=4,
    )
    known = [{}, TIMED, TIMED | {"timestamp_unit": "iso"}] if each.name == "hmac" else [{}]
    return wild | st.sampled_from(known)


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
    right = each.sign(request_.body, secret=secret, options={}, now=NOW)
    with pytest.raises(Refused) as caught:
        each.verify(request_, secrets=[secret], options={}, now=NOW)
    assert "§" not in caught.value.detail
    assert not any(value[-30:] in caught.value.detail for value in right.values() if len(value) > 40)


@pytest.mark.parametrize("each", presets(), ids=lambda each: each.name)
@given(document=DOCUMENTS)
def test_what_is_read_fits_the_columns(each: Preset, document: Any) -> None:
    headers = {"x-github-event": "push", "x-github-delivery": "d" * 300, "webhook-id": "m" * 300}
    try:
        events = each.read(inbound(b"", headers), document, options={})
    except Refused:
        return
    for event in events:
        assert event.name.startswith(f"{each.name}.")
        assert len(event.name) <= 255
        assert event.key is None or 0 < len(event.key) <= 255
        assert event.occurred_at is None or event.occurred_at.tzinfo is not None
