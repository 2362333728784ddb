import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from connectors.base import InboundEvent, InboundRequest, Refusal, Refused, Reply
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed
from tests.connectors.written import written

SLACK = preset("slack")
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = written("slack/app_mention.json")
FORM = "application/x-www-form-urlencoded"
TIMESTAMP = str(int(NOW.timestamp()))


class Standing(Clock):
    def now(self) -> float:
        return NOW.timestamp()


def sdk_accepts(body: bytes, headers: dict[str, str], secret: str) -> bool:
    try:
        return SignatureVerifier(secret, Standing()).is_valid_request(body, headers)
    except ValueError:
        return False


def read_form(body: bytes) -> InboundEvent:
    request = inbound(body, {}, FORM)
    text = SLACK.json_text(request)
    (event,) = SLACK.read(request, None if text is None else json.loads(text), options={})
    return event


def shake(body: bytes, content_type: str = "application/json") -> Reply | None:
    request = inbound(body, {}, content_type)
    text = SLACK.json_text(request)
    return SLACK.handshake(request, None if text is None else json.loads(text), secrets=[SECRET], options={})


def test_the_published_vector() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    sent = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    at = datetime.fromtimestamp(1531420618, UTC)
    assert refusal(SLACK, inbound(body, sent, FORM), SECRET, now=at) is None
    event = read_form(body)
    assert (event.name, event.data["user_name"]) == ("slack.command.webhook_collect", "roadrunner")


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_what_we_sign_the_sdk_accepts_and_the_other_way_round(body: str, secret: str) -> None:
    ours = SLACK.sign(body.encode(), secret=secret, options={}, now=NOW)
    assert sdk_accepts(body.encode(), ours, secret)
    theirs = SignatureVerifier(secret).generate_signature(timestamp=TIMESTAMP, body=body)
    sent = {"X-Slack-Request-Timestamp": TIMESTAMP, "X-Slack-Signature": str(theirs)}
    assert refusal(SLACK, inbound(body.encode(), sent), secret) is None


TIMES = [TIMESTAMP, f"0{TIMESTAMP}", f" {TIMESTAMP}", f"+{TIMESTAMP}", str(int(TIMESTAMP) - 301), "", "x", "9" * 30]


@given(st.sampled_from(TIMES), st.sampled_from(TIMES), st.sampled_from(["{}", "V0{}", "{} ", "v0={}"]), st.booleans())
def test_we_accept_nothing_that_the_sdk_refuses(timestamp: str, over: str, form: str, cut: bool) -> None:
    right = SignatureVerifier(SECRET).generate_signature(timestamp=over, body=BODY)
    sent = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": form.format(right)[: -1 if cut else None]}
    if refusal(SLACK, inbound(BODY, sent), SECRET) is None:
        assert sdk_accepts(BODY, sent, SECRET)


def test_the_bounds_of_time_are_in() -> None:
    request, instant = signed(SLACK, BODY, secret=SECRET), timedelta(microseconds=1)
    bound = timedelta(seconds=300)
    assert refusal(SLACK, request, SECRET, now=NOW + bound) is None
    assert refusal(SLACK, request, SECRET, now=NOW + bound + instant) is Refusal.STALE
    assert refusal(SLACK, request, SECRET, now=NOW - bound) is None
    assert refusal(SLACK, request, SECRET, now=NOW - bound - instant) is Refusal.FUTURE


@pytest.mark.parametrize("missing", ["x-slack-signature", "x-slack-request-timestamp"])
def test_each_header_is_needed(missing: str) -> None:
    headers = {**signed(SLACK, BODY, secret=SECRET).headers, missing: ""}
    assert refusal(SLACK, inbound(BODY, headers), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate_and_a_changed_body_is_refused() -> None:
    request = signed(SLACK, BODY, secret="old")
    assert refusal(SLACK, request, "new", "old") is None
    assert refusal(SLACK, request, "new") is Refusal.BAD_SIGNATURE
    assert refusal(SLACK, inbound(BODY + b" ", request.headers), "old") is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        ("app_mention.json", "slack.app_mention", "Ev123ABC456", datetime(2018, 1, 8, 22, 12, 2, tzinfo=UTC)),
        ("app_rate_limited.json", "slack.app_rate_limited", None, datetime(2018, 2, 12, 20, 37, tzinfo=UTC)),
    ],
)
def test_events(file: str, name: str, key: str | None, occurred_at: datetime) -> None:
    event = read_one(SLACK, signed(SLACK, written(f"slack/{file}"), secret=SECRET))
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)


@pytest.mark.parametrize(
    ("file", "name", "key", "occurred_at"),
    [
        (
            "block_actions.json",
            "slack.block_actions",
            "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
            datetime(2019, 1, 25, 14, 26, 57, 840180, tzinfo=UTC),
        ),
        (
            "message_action.json",
            "slack.message_action",
            "13345224609.8534564800.6f8ab1f53e13d0cd15f96106292d5536",
            datetime(2016, 3, 16, 23, 28, 38, 200, tzinfo=UTC),
        ),
    ],
)
def test_interactions_come_in_a_form(file: str, name: str, key: str, occurred_at: datetime) -> None:
    event = read_form(urlencode({"payload": written(f"slack/{file}")}).encode())
    assert (event.name, event.key, event.occurred_at) == (name, key, occurred_at)
    assert event.data["user"]["id"]


def test_a_slash_command() -> None:
    event = read_form(written("slack/slash_command.txt"))
    assert (event.name, event.key, event.occurred_at) == (
        "slack.command.weather",
        "13345224609.738474920.8088930838d88f008e0",
        None,
    )
    assert (event.data["text"], event.data["command"]) == ("94070 now", "/weather")


def test_the_challenge_is_given_back() -> None:
    assert shake(written("slack/url_verification.json")) == Reply(
        b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", "text/plain"
    )
    assert shake(b"ssl_check=1&token=x", FORM) == Reply(b"")
    assert shake(BODY) is None
    assert shake(written("slack/slash_command.txt"), FORM) is None
    with pytest.raises(Refused, match="challenge"):
        shake(b'{"type":"url_verification","challenge":1}')


def test_people_see_nothing_of_our_answer() -> None:
    event = read_form(b"command=%2Fask")
    assert SLACK.acknowledge(inbound(b"command=%2Fask", {}, FORM), [event]) == Reply(b"")
    assert SLACK.acknowledge(inbound(BODY, {}), [event]) is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"type":"event_callback","event":{"type":"message"}}', "application/json"),
        (b'{"type":"event_callback","event_id":"Ev1"}', "application/json"),
        (b"payload=%7B%7D", FORM),
        (b"text=hello", FORM),
        (b"", FORM),
        (b"no form", FORM),
        (b"payload=%C3", FORM),
    ],
)
def test_what_is_no_event_is_malformed(body: bytes, content_type: str) -> None:
    request = InboundRequest("POST", "", {}, body, content_type)
    text = SLACK.json_text(request)
    with pytest.raises(Refused) as caught:
        SLACK.read(request, None if text is None else json.loads(text), options={})
    assert caught.value.reason is Refusal.MALFORMED
