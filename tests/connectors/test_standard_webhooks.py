import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed

STANDARD = preset("standard_webhooks")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type":"invoice.paid","timestamp":"2026-02-28T10:00:00Z","data":{"id":7}}'
TIMESTAMP = int(NOW.timestamp())
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WHSK = "whsk_" + base64.b64encode(bytes(range(32))).decode()
WHPK = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
SECRETS = st.binary(min_size=1, max_size=64).map(lambda raw: "whsec_" + base64.b64encode(raw).decode())
IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def headers(signature: str, message_id: str = "msg_1", timestamp: object = TIMESTAMP) -> dict[str, str]:
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def sdk_accepts(body: bytes, sent: dict[str, str], secret: str) -> bool:
    with time_machine.travel(NOW, tick=False):
        try:
            Webhook(secret).verify(body, sent, json_parse=False)
        except WebhookVerificationError:
            return False
    return True


def test_the_vector_of_the_specification() -> None:
    sent_at = datetime.fromtimestamp(1614265330, UTC)
    request = inbound(
        b'{"test": 2432232314}',
        headers("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330),
    )
    assert refusal(STANDARD, request, SECRET, now=sent_at) is None


@given(st.text(), SECRETS, IDS)
def test_what_we_sign_the_sdk_accepts_and_the_other_way_round(body: str, secret: str, message_id: str) -> None:
    ours = STANDARD.sign(body.encode(), secret=secret, options={}, now=NOW, key=message_id)
    assert sdk_accepts(body.encode(), ours, secret)
    theirs = headers(Webhook(secret).sign(message_id, NOW, body), message_id)
    assert refusal(STANDARD, inbound(body.encode(), theirs), secret) is None


GOOD = Webhook(SECRET).sign("msg_1", NOW, BODY.decode())
TOKENS = st.sampled_from([GOOD, "v1,AAAA", "v1,", "v2," + GOOD[3:], "v1a," + GOOD[3:], ","])
TIMES = st.sampled_from(
    [TIMESTAMP, f"{TIMESTAMP}.0", f"0{TIMESTAMP}", f"+{TIMESTAMP}", TIMESTAMP - 301, TIMESTAMP + 301]
)


@given(st.lists(TOKENS, max_size=3).map(" ".join), TIMES)
def test_we_accept_nothing_that_the_sdk_refuses(signatures: str, timestamp: object) -> None:
    sent = headers(signatures, timestamp=timestamp)
    if refusal(STANDARD, inbound(BODY, sent), SECRET) is None:
        assert sdk_accepts(BODY, sent, SECRET)


@pytest.mark.parametrize(
    "signature",
    [f"v1,AAAA {GOOD}", f"garbage {GOOD}", f"{GOOD} v1a,AAAA", f" {GOOD}"],
    ids=["two", "junk", "v1a", "blank"],
)
def test_one_right_signature_among_several_is_enough(signature: str) -> None:
    assert refusal(STANDARD, inbound(BODY, headers(signature)), SECRET) is None


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(missing: str) -> None:
    request = inbound(BODY, headers(GOOD) | {missing: ""})
    assert refusal(STANDARD, request, SECRET) is Refusal.MISSING_SIGNATURE


def test_the_bounds_of_time_are_in() -> None:
    request, instant = signed(STANDARD, BODY, secret=SECRET), timedelta(microseconds=1)
    bound = timedelta(seconds=300)
    assert refusal(STANDARD, request, SECRET, now=NOW + bound) is None
    assert refusal(STANDARD, request, SECRET, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(STANDARD, request, SECRET, now=NOW - bound) is None
    assert refusal(STANDARD, request, SECRET, now=NOW - bound - instant) is Refusal.FUTURE


def test_a_secret_may_be_base64_without_its_prefix_or_plain_text() -> None:
    request = signed(STANDARD, BODY, secret=SECRET)
    assert refusal(STANDARD, request, SECRET.removeprefix("whsec_")) is None
    plain = "a plain secret, not base64"
    theirs = headers(Webhook(plain.encode()).sign("msg_1", NOW, BODY.decode()))
    assert refusal(STANDARD, inbound(BODY, theirs), plain) is None


def test_ed25519() -> None:
    content = f"msg_1.{TIMESTAMP}.".encode() + BODY
    written = base64.b64encode(PRIVATE.sign(content)).decode()
    assert refusal(STANDARD, inbound(BODY, headers(f"v1a,{written}")), WHPK) is None
    assert refusal(STANDARD, inbound(BODY + b" ", headers(f"v1a,{written}")), WHPK) is Refusal.BAD_SIGNATURE
    assert refusal(STANDARD, inbound(BODY, headers(f"v1,{written}")), WHPK) is Refusal.BAD_SIGNATURE
    assert refusal(STANDARD, signed(STANDARD, BODY, secret=WHSK), SECRET, WHPK) is None


def test_an_ed25519_signature_has_one_spelling() -> None:
    written = base64.b64encode(PRIVATE.sign(f"msg_1.{TIMESTAMP}.".encode() + BODY)).decode()
    # Of the last character before the padding only two bits count: A, Q, g and w are the canonical ones.
    last = written[-3]
    same_bits = chr(ord(last) + 1) + "=="
    for other in (written[:-3] + same_bits, written.rstrip("="), written + "=", written[:10] + "!" + written[10:]):
        assert refusal(STANDARD, inbound(BODY, headers(f"v1a,{other}")), WHPK) is Refusal.BAD_SIGNATURE


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    known_to_all = base64.b64decode(WHPK.removeprefix("whpk_"))
    for key in (known_to_all, WHPK.encode(), f" {WHPK}".encode()):
        forged = headers(Webhook(key).sign("msg_1", NOW, BODY.decode()))
        assert refusal(STANDARD, inbound(BODY, forged), WHPK, f" {WHPK}") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize("secret", [SECRET, SECRET[6:], "plain text", WHPK])
def test_secrets_that_will_do(secret: str) -> None:
    assert STANDARD.check_secret(secret) is None


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_ü", "whsec_!!c2Vj", "whsec_a", WHPK[:-8], "whpk_", WHSK])
def test_secrets_that_will_not_do(secret: str) -> None:
    assert STANDARD.check_secret(secret)
    assert refusal(STANDARD, inbound(BODY, headers(GOOD)), secret) is not None


def test_a_blank_around_a_secret_is_refused_on_entry_and_harmless_afterwards() -> None:
    assert STANDARD.check_secret(f" {SECRET}")
    assert refusal(STANDARD, inbound(BODY, headers(GOOD)), f" {SECRET}") is None


@pytest.mark.parametrize("secret", [WHPK, "whsk_", "whsk_AAAA", "whsec_"])
def test_what_can_only_verify_does_not_sign(secret: str) -> None:
    with pytest.raises(ValueError):
        STANDARD.sign(BODY, secret=secret, options={}, now=NOW)


def test_secrets_rotate() -> None:
    request = signed(STANDARD, BODY, secret=SECRET)
    assert refusal(STANDARD, request, WHPK, "whsec_bmV3", SECRET) is None
    assert refusal(STANDARD, request, WHPK, "whsec_bmV3") is Refusal.BAD_SIGNATURE


def test_reading() -> None:
    event = read_one(STANDARD, inbound(BODY, headers(GOOD)))
    assert (event.name, event.key) == ("standard_webhooks.invoice.paid", "msg_1")
    assert event.occurred_at == datetime(2026, 2, 28, 10, 0, tzinfo=UTC)


def test_a_name_may_stand_elsewhere() -> None:
    body = b'{"event":"user.created"}'
    event = read_one(STANDARD, inbound(body, headers(GOOD)), {"name_from": "body:event"})
    assert (event.name, event.occurred_at) == ("standard_webhooks.user.created", None)
    with pytest.raises(Refused, match="body:type") as caught:
        read_one(STANDARD, inbound(body, headers(GOOD)))
    assert caught.value.reason is Refusal.MALFORMED
    assert STANDARD.check_options({"name_from": "type"})[0][0] == "name_from"
