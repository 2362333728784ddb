"""The two presets that know their sender by the `Authorization` header."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from requests.auth import HTTPBasicAuth
from requests.models import PreparedRequest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import inbound, read_one, refusal, signed

BEARER, BASIC = preset("bearer"), preset("basic")
TOKEN, PAIR = "2YotnFZFEjr1zCsicMWpAA", "crm:pass:wörd"
BODY = b'{"type":"order.shipped","event_id":"e-5","occurred_at":"2026-02-28T10:00:00Z"}'
BOTH = [pytest.param(BEARER, TOKEN, id="bearer"), pytest.param(BASIC, PAIR, id="basic")]


def header(text: str) -> Any:
    return inbound(BODY, {"Authorization": text})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_token_counts_in_any_case_of_its_scheme(scheme: str) -> None:
    assert refusal(BEARER, header(f"{scheme} {TOKEN}"), TOKEN) is None


@pytest.mark.parametrize(
    "text",
    [TOKEN, f"Bearer{TOKEN}", f"Bearer  {TOKEN}", f"Bearer {TOKEN.lower()}", "Bearer", "Bearer é", f"Basic {TOKEN}"],
)
def test_anything_else_is_refused(text: str) -> None:
    assert refusal(BEARER, header(text), TOKEN) is Refusal.BAD_SIGNATURE


def test_a_password_as_a_client_sends_it() -> None:
    prepared = PreparedRequest()
    user, password = "crm", "pässword".encode()
    prepared.prepare("POST", "https://ops.example.com/hooks/abc", auth=HTTPBasicAuth(user, password))
    assert refusal(BASIC, header(str(prepared.headers["Authorization"])), "crm:pässword") is None


@pytest.mark.parametrize("pair", ["crm:pass:word", "crm:", ":pass:wörd", "CRM:pass:wörd", ""])
def test_another_user_or_password_is_refused(pair: str) -> None:
    assert refusal(BASIC, header("Basic " + b64encode(pair.encode()).decode()), PAIR) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(("each", "secret"), BOTH)
def test_without_the_header_nothing_is_taken(each: Any, secret: str) -> None:
    assert refusal(each, inbound(BODY, {}), secret) is Refusal.MISSING_SIGNATURE
    assert refusal(each, inbound(BODY, {"Authorization": ""}), secret) is Refusal.MISSING_SIGNATURE
    assert not each.signs_time({})


@pytest.mark.parametrize(("each", "secret"), BOTH)
def test_secrets_rotate(each: Any, secret: str) -> None:
    request = signed(each, BODY, secret=secret)
    assert refusal(each, request, f"{secret}2", secret) is None
    assert refusal(each, request, f"{secret}2") is Refusal.BAD_SIGNATURE
    assert refusal(each, request, "") is Refusal.MISCONFIGURED


@pytest.mark.parametrize(("each", "secret"), BOTH)
def test_name_key_and_time_come_from_where_staff_say(each: Any, secret: str) -> None:
    event = read_one(each, inbound(BODY, {}))
    assert (event.name, event.key) == (f"{each.name}.order.shipped", "e-5")
    assert event.occurred_at == datetime(2026, 2, 28, 10, tzinfo=UTC)
    options = {"name_from": "header:X-Topic", "key_from": "header:X-Id", "time_from": "body:at"}
    request = signed(each, b'{"at":0}', secret=secret, options=options, name="deals/won", key="k")
    event = read_one(each, request, options)
    assert (event.name, event.key) == (f"{each.name}.deals.won", "k")
    assert event.occurred_at == datetime(1970, 1, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="header:X-Topic"):
        read_one(each, inbound(b"{}", {}), options)


@pytest.mark.parametrize("each", [BEARER, BASIC])
@pytest.mark.parametrize(
    ("options", "field"),
    [({"name_from": ""}, "name_from"), ({"key_from": "fixed:1"}, "key_from"), ({"time_from": "x"}, "time_from")],
)
def test_a_broken_configuration_is_named(each: Any, options: dict[str, str], field: str) -> None:
    assert [name for name, _ in each.check_options(options)] == [field]


@pytest.mark.parametrize("secret", ["", "two words", "Bearer abc", "tökén", " x"])
def test_tokens_that_will_not_do(secret: str) -> None:
    assert BEARER.check_secret(secret)


@pytest.mark.parametrize("secret", ["", "password", "user:", ":password", "user:pass\nword", " u:p"])
def test_pairs_that_will_not_do(secret: str) -> None:
    assert BASIC.check_secret(secret)
    assert BEARER.check_secret(TOKEN) is BASIC.check_secret(PAIR) is None
