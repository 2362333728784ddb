"""Tokens: signed pointers to a key, which fall with it."""

import base64
import datetime
import json
from typing import Any

import jwt
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts import token
from opsflows.accounts.actor import system_actor
from opsflows.accounts.issue_key import IssuedKey, issue_key
from opsflows.accounts.models import Membership
from opsflows.accounts.revoke_key import revoke_key
from opsflows.accounts.token import actor_from_token, issue_token
from tests.accounts.conftest import NOW

HOUR = datetime.timedelta(hours=1)


def claims_of(text: str) -> dict[str, Any]:
    return jwt.decode(text, options={"verify_signature": False})


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_stands_for_its_key_for_an_hour(issued: IssuedKey) -> None:
    text, seconds = issue_token(key=issued.row, now=NOW)
    assert seconds == 3600
    actor = actor_from_token(text, now=NOW + HOUR - datetime.timedelta(seconds=1))
    assert actor is not None
    assert actor.api_key_id == issued.row.pk
    assert actor_from_token(text, now=NOW + HOUR) is None


def test_a_token_ends_with_a_key_that_ends_sooner(issued: IssuedKey, editor: Any) -> None:
    account = issued.row.account
    end = NOW + HOUR / 4
    key = issue_key(actor=system_actor(account.pk), account=account, user=editor, name="k", expires_at=end, now=NOW).row
    text, seconds = issue_token(key=key, now=NOW)
    assert seconds == 900
    assert actor_from_token(text, now=end) is None


def test_a_revocation_holds_for_tokens_at_once(issued: IssuedKey) -> None:
    text, _ = issue_token(key=issued.row, now=NOW)
    assert actor_from_token(text, now=NOW)
    revoke_key(actor=system_actor(issued.row.account_id), key=issued.row, now=NOW)
    assert actor_from_token(text, now=NOW) is None


def test_a_token_falls_with_the_membership_and_follows_the_role(issued: IssuedKey) -> None:
    text, _ = issue_token(key=issued.row, now=NOW)
    Membership.objects.update(role="viewer")
    actor = actor_from_token(text, now=NOW)
    assert actor is not None
    assert actor.role == "viewer"
    Membership.objects.all().delete()
    assert actor_from_token(text, now=NOW) is None


def test_a_key_brought_forward_to_expire_takes_its_tokens_along(issued: IssuedKey) -> None:
    text, _ = issue_token(key=issued.row, now=NOW)
    issued.row.expires_at = NOW + HOUR / 2
    issued.row.save()
    assert actor_from_token(text, now=NOW + HOUR / 2) is None


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_only_our_algorithm_key_and_audience_pass(issued: IssuedKey) -> None:
    claims = claims_of(issue_token(key=issued.row, now=NOW)[0])
    key = token._signing_key()
    assert actor_from_token(jwt.encode(claims, key, algorithm="HS256"), now=NOW)
    forged = [
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.",
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, key, algorithm="HS512"),
        jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256"),
        jwt.encode(claims | {"aud": "elsewhere"}, key, algorithm="HS256"),
    ]
    forged += [
        jwt.encode({name: value for name, value in claims.items() if name != left_out}, key, algorithm="HS256")
        for left_out in claims
    ]
    assert [actor_from_token(text, now=NOW) for text in forged] == [None] * len(forged)


@pytest.mark.parametrize("claim", [{"sub": "nobody"}, {"exp": "soon"}, {"exp": None}, {"exp": 1e400}, {"exp": []}])
def test_odd_claims_are_refused_even_if_signed(issued: IssuedKey, claim: dict[str, Any]) -> None:
    claims = claims_of(issue_token(key=issued.row, now=NOW)[0]) | claim
    text = jwt.encode(claims, token._signing_key(), algorithm="HS256")
    assert actor_from_token(text, now=NOW) is None


def test_no_changed_character_passes(issued: IssuedKey) -> None:
    text, _ = issue_token(key=issued.row, now=NOW)
    # The last character carries spare bits that base64 ignores, so another spelling may mean the same signature.
    for index in range(len(text) - 1):
        changed = text[:index] + ("A" if text[index] != "A" else "B") + text[index + 1 :]
        assert actor_from_token(changed, now=NOW) is None, index


@given(st.one_of(st.text(), st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True), st.just("." * 600)))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert actor_from_token(text, now=NOW) is None


def test_a_deeply_nested_header_is_only_refused() -> None:
    header = base64.urlsafe_b64encode(b"[" * 30_000).decode()
    assert actor_from_token(f"{header}.e30.e30", now=NOW) is None
    assert actor_from_token(f"{header[:400]}.e30.e30", now=NOW) is None
