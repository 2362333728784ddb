"""Who is let in, at what cost, and what garbage gets."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsflows.accounts.issue_key import IssuedKey
from opsflows.accounts.models import ApiKey, Membership
from opsflows.accounts.token import issue_token

WHO = "/api/probe/who"


def test_a_key_is_let_in_as_its_person(as_ed: Client, key: IssuedKey) -> None:
    answer = as_ed.get(WHO)
    assert answer.json() == {"user": "ed", "role": "editor", "account": str(key.row.account_id)}


def test_the_scheme_is_not_case_sensitive(api: Client, key: IssuedKey) -> None:
    assert api.get(WHO, headers={"Authorization": f"bearer  {key.text} "}).status_code == 200


def test_a_session_does_not_let_in(client: Client, key: IssuedKey) -> None:
    client.force_login(key.row.user)
    assert client.get(WHO).status_code == 401


@pytest.mark.parametrize("kind", ["key", "token"])
def test_being_let_in_costs_one_query(api: Client, key: IssuedKey, django_assert_num_queries: Any, kind: str) -> None:
    ApiKey.objects.update(last_used_at=timezone.now())
    text = key.text if kind == "key" else issue_token(key=key.row, now=timezone.now())[0]
    with django_assert_num_queries(1):
        assert api.get(WHO, headers={"Authorization": f"Bearer {text}"}).status_code == 200


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic YXBpOng=", "ops_x", "Bearer ops_wrong", "Bearer a.b.c", "Bearer a b c"],
)
def test_no_or_bad_credentials_are_401(api: Client, db: None, header: str | None) -> None:
    answer = api.get(WHO, headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert set(answer.json()["error"]) - {"hint"} == {"code", "message"}


def test_a_view_that_forgets_to_ask_is_closed_too(api: Client, as_ed: Client) -> None:
    assert api.get("/api/probe/incurious").status_code == 401
    assert as_ed.get("/api/probe/incurious").status_code == 200


def test_a_scope_or_role_that_lacks_is_403(as_ed: Client, key: IssuedKey) -> None:
    assert as_ed.get("/api/probe/send").status_code == 200
    ApiKey.objects.update(scopes=["events:read"])
    answer = as_ed.get("/api/probe/send")
    assert answer.status_code == 403
    assert "events:send" in answer.json()["error"]["message"]
    ApiKey.objects.update(scopes=[])
    Membership.objects.update(role="viewer")
    assert as_ed.get("/api/probe/send").status_code == 403


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=200))
def test_garbage_is_401_and_never_a_fault(api: Client, text: str) -> None:
    for header in (text, f"Bearer {text}", f"Bearer ops_{text}", f"Bearer {text}.{text}.{text}"):
        answer = api.get(WHO, HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] in {"not_authenticated", "authentication_failed"}
