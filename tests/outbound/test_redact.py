"""What is shown of a call, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsflows.outbound import redact_headers, redact_url, redact_value
from opsflows.outbound.redact import MASK

SECRET_NAMES = [
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "X-Api-Key",
    "apikey",
    "API_KEY",
    "Stripe-Signature",
    "X-Hub-Signature-256",
    "webhook-signature",
    "X-Auth-Token",
    "accessToken",
    "access_token",
    "clientSecret",
    "client_secret",
    "whsecret",
    "password",
    "db_password",
    "privateKey",
    "pwd",
    "credentials",
]
PLAIN_NAMES = ["Idempotency-Key", "Content-Type", "author", "max_tokens", "key", "monkey", "customer_id", "", "sign_up"]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_secrets_are_masked(name):
    assert redact_headers({name: "hunter2"}) == {name: MASK}
    assert redact_value([{"a": {name: {"x": "hunter2"}}}]) == [{"a": {name: MASK}}]
    assert redact_url(f"https://example.com/?{name}=hunter2&a=1") == f"https://example.com/?{name}={MASK}&a=1"


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_everything_else_is_shown(name):
    assert redact_headers({name: "shown"}) == {name: "shown"}
    assert redact_value({name: ["shown", 1, None, True]}) == {name: ["shown", 1, None, True]}


def test_a_missing_secret_is_seen_to_be_missing():
    assert redact_value({"password": None}) == {"password": None}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pw@example.com/a?b=c", f"https://{MASK}@example.com/a?b=c"),
        ("https://a@b:pw@example.com/", f"https://{MASK}@example.com/"),
        ("https://example.com/?a=1&api%5Fkey=x&b=2", f"https://example.com/?a=1&api%5Fkey={MASK}&b=2"),
        ("https://example.com/?key=x;sig=y", f"https://example.com/?key={MASK};sig={MASK}"),
        ("https://example.com/#access_token=x", f"https://example.com/#access_token={MASK}"),
        ("https://hooks.slack.com/services/T0/B0/xyz", f"https://hooks.slack.com/services/{MASK}"),
        ("https://acme.webhook.office.com/webhookb2/x@y", f"https://acme.webhook.office.com/webhookb2/{MASK}"),
        ("https://api.telegram.org/bot123:abc/sendMessage", f"https://api.telegram.org/bot{MASK}"),
        ("https://example.com/services/T0/B0/xyz", "https://example.com/services/T0/B0/xyz"),
        ("https://example.com/?token=&flag", "https://example.com/?token=&flag"),
        ("no url at all", "no url at all"),
        ("", ""),
    ],
)
def test_urls(url, shown):
    assert redact_url(url) == shown


def test_urls_inside_a_document_are_redacted():
    assert redact_value({"url": "https://u:p@example.com/"}) == {"url": f"https://{MASK}@example.com/"}


def test_the_original_is_left_alone():
    document = {"password": "x", "list": [{"token": "y"}]}
    redact_value(document)
    assert document == {"password": "x", "list": [{"token": "y"}]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(SECRET_NAMES), inner),
)


@given(JSON)
def test_redacting_twice_changes_nothing_more(document):
    once = redact_value(document)
    assert redact_value(once) == once


@given(st.text(), st.text("abcdefgh", min_size=8, max_size=8))
def test_no_part_of_a_url_gives_its_password_away(path, password):
    assert password not in redact_url(f"https://user:{password}@example.com/").replace(path, "")


@given(st.text())
def test_any_text_can_be_redacted(text):
    assert isinstance(redact_url(text), str)
    assert isinstance(redact_url(f"https://example.com/{text}"), str)
