"""`/api/delegations`: who stands in for whom."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.approvals.models import Delegation
from tests.approvals.office import Office

pytestmark = pytest.mark.django_db
Keys = Callable[..., Client]


def send(client: Client, **document: Any) -> Any:
    return client.post("/api/delegations", json.dumps(document), content_type="application/json")


def ahead(**length: float) -> str:
    return (timezone.now() + timedelta(**length)).isoformat()


def test_one_names_who_stands_in_for_oneself(office: Office, key_of: Keys) -> None:
    request = office.ask({"approvers": ["manager"]})
    client = key_of("max")
    answer = send(client, standIn="cleo.acme", endsAt=ahead(days=7), reason="On holiday")
    body = answer.json()
    assert (answer.status_code, body["person"], body["standIn"], body["reason"]) == (
        201,
        "max.acme",
        "cleo.acme",
        "On holiday",
    )
    # It begins at once, so what waits goes over.
    assert office.waiting(request) == {"cleo"}
    assert client.get("/api/delegations").json()["results"] == [body]
    assert key_of("cleo").get("/api/delegations").json()["results"] == [body]
    assert key_of("bob").get("/api/delegations").json()["results"] == []
    assert key_of("root").get("/api/delegations").json()["results"] == [body]


def test_it_is_ended_and_ending_it_twice_is_the_same(office: Office, key_of: Keys) -> None:
    client = key_of("max")
    made = send(client, standIn="cleo@acme.example", startsAt=ahead(days=1), endsAt=ahead(days=7)).json()
    path = f"/api/delegations/{made['id']}"
    assert key_of("bob").delete(path).status_code == 404
    assert (client.delete(path).status_code, client.delete(path).status_code) == (204, 204)
    assert Delegation.objects.get().revoked_at is not None
    assert client.delete("/api/delegations/x").status_code == 404


def test_for_others_an_administrator_does(key_of: Keys) -> None:
    sent = {"person": "max.acme", "standIn": "cleo.acme", "endsAt": ahead(days=1)}
    assert send(key_of("bob"), **sent).status_code == 403
    assert send(key_of("root"), **sent).json()["person"] == "max.acme"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"endsAt": "2099-01-01T00:00:00Z"}, "standIn"),
        ({"standIn": "nobody", "endsAt": "2099-01-01T00:00:00Z"}, "standIn"),
        ({"standIn": "max.acme", "endsAt": "2099-01-01T00:00:00Z"}, "standIn"),
        ({"standIn": "cleo.acme"}, "endsAt"),
        ({"standIn": "cleo.acme", "endsAt": "tomorrow"}, "endsAt"),
        ({"standIn": "cleo.acme", "endsAt": "2099-01-01"}, "endsAt"),
        ({"standIn": "cleo.acme", "endsAt": "2001-01-01T00:00:00Z"}, "endsAt"),
        ({"standIn": "cleo.acme", "startsAt": "x", "endsAt": "2099-01-01T00:00:00Z"}, "startsAt"),
        ({"standIn": "cleo.acme", "endsAt": "2099-01-01T00:00:00Z", "until": 1}, "until"),
        ({"standIn": "cleo.acme", "endsAt": "2099-01-01T00:00:00Z", "reason": []}, "reason"),
        ({"person": "", "standIn": "cleo.acme", "endsAt": "2099-01-01T00:00:00Z"}, "person"),
    ],
)
def test_what_it_refuses(key_of: Keys, document: dict[str, Any], field: str) -> None:
    answer = send(key_of("max"), **document)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
