"""The token request, as Triggers writes it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.issue_key import IssuedKey
from opsflows.accounts.models import ApiKey
from opsflows.accounts.revoke_key import revoke_key
from tests.api.chunks import post_chunked

FORM = "application/x-www-form-urlencoded"


def ask(api: Client, body: str, content_type: str = FORM) -> Any:
    return api.post("/api/token", data=body, content_type=content_type)


def test_the_contract_of_triggers(api: Client, key: IssuedKey) -> None:
    answer = ask(api, f"username=api&password={key.text}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    document = answer.json()
    assert set(document) == {"access_token", "token_type", "expires_in"}
    assert document["token_type"] == "bearer"
    assert document["expires_in"] == 3600
    who = api.get("/api/probe/who", headers={"Authorization": f"Bearer {document['access_token']}"})
    assert who.json()["user"] == "ed"


def test_json_and_a_slash_at_the_end_work_too(api: Client, key: IssuedKey) -> None:
    document = {"username": "api", "password": key.text}
    assert api.post("/api/token/", data=document, content_type="application/json").status_code == 200


def test_a_form_may_come_in_chunks(api: Client, key: IssuedKey) -> None:
    assert post_chunked(api, "/api/token", f"username=api&password={key.text}".encode(), FORM).status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("", ["username", "password"]),
        ("username=api", ["password"]),
        ("username=api&password=", ["password"]),
        ("password=x", ["username"]),
    ],
)
def test_missing_fields_are_named(api: Client, db: None, body: str, fields: list[str]) -> None:
    answer = ask(api, body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["field"] == fields[0]
    assert [each["path"] for each in error.get("problems", [{"path": error["field"]}])] == fields


@pytest.mark.parametrize(
    "body", ["[]", '"x"', "3", "null", '{"username": "api", "password": 7}', '{"password": {}}', "{"]
)
def test_json_of_another_shape_is_400(api: Client, db: None, body: str) -> None:
    assert ask(api, body, "application/json").status_code == 400


@pytest.mark.parametrize(
    "body", ["username=api&password=ops_wrong", "username=ed&password={key}", "username=api&password=%00%ff"]
)
def test_wrong_credentials_are_401(api: Client, key: IssuedKey, body: str) -> None:
    answer = ask(api, body.format(key=key.text))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert key.text not in answer.content.decode()


def test_a_revoked_key_gets_no_token_and_its_tokens_end_at_once(api: Client, key: IssuedKey) -> None:
    token = ask(api, f"username=api&password={key.text}").json()["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    assert api.get("/api/probe/who", headers=header).status_code == 200
    revoke_key(actor=system_actor(key.row.account_id), key=key.row, now=timezone.now())
    assert api.get("/api/probe/who", headers=header).status_code == 401
    assert ask(api, f"username=api&password={key.text}").status_code == 401


def test_a_form_of_another_kind_or_too_large_is_refused(api: Client, db: None) -> None:
    assert ask(api, "<x/>", "text/xml").status_code == 415
    assert ask(api, "username=api&password=" + "x" * 1024 * 1024).status_code == 413
    assert ask(api, "&".join(["a=1"] * 2000)).status_code == 400


def test_the_key_is_nowhere_in_the_database(api: Client, key: IssuedKey, settings: Any) -> None:
    token = ask(api, f"username=api&password={key.text}").json()["access_token"]
    stored = str(list(ApiKey.objects.values()))
    assert key.text not in stored
    assert token not in stored
