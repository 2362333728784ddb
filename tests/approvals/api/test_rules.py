"""The rule JSON of an approval, sent to the API and read back."""

import json
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from tests.approvals.office import Office
from tests.workflows.test_api import client_of

pytestmark = pytest.mark.django_db

RULE: dict[str, Any] = {
    "name": "Spending",
    "trigger": "deal.won",
    "actions": [
        {
            "type": "approval",
            "title": "Spend {{amount}}",
            "levels": [
                {
                    "approvers": ["manager@example.com"],
                    "mode": "one",
                    "timeout": "48 hours",
                    "onTimeout": "reject",
                    "when": {"field": "amount", "operator": "greater_than", "value": 1000},
                }
            ],
            "onRejected": [
                {"type": "create_task", "title": "Say why"},
                {
                    "type": "approval",
                    "title": "Really not?",
                    "levels": [{"approvers": "role:admin"}],
                    "onRejected": [{"type": "stop"}],
                },
            ],
        },
        {"type": "create_task", "title": "Spend it"},
    ],
}


@pytest.fixture
def api(office: Office) -> Client:
    return client_of(office.account, "editor")


def send(client: Client, document: Any, path: str = "/api/workflows", method: str = "post") -> Any:
    return getattr(client, method)(path, json.dumps(document), content_type="application/json")


def test_it_comes_back_as_it_was_sent(api: Client) -> None:
    body = send(api, {**RULE, "active": True}).json()
    assert (body["problems"], body["active"], body["actions"]) == ([], True, RULE["actions"])
    path = f"/api/workflows/{body['id']}"
    # The document may come back with one thing in it changed.
    body["actions"][0]["onRejected"][0]["title"] = "Say why not"
    changed = send(api, body, path, "put").json()
    assert (changed["version"], changed["actions"]) == (2, body["actions"])
    assert send(api, changed, path, "put").json()["version"] == 2


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda ask: ask["onRejected"][0].pop("title"), "actions[0].onRejected[0].title"),
        (lambda ask: ask["onRejected"][1].update(levels=[]), "actions[0].onRejected[1].levels"),
        (
            lambda ask: ask["onRejected"][1]["onRejected"][0].update(type="stopp"),
            "actions[0].onRejected[1].onRejected[0].type",
        ),
        (lambda ask: ask["levels"][0].update(timeout="soon"), "actions[0].levels[0].timeout"),
        (lambda ask: ask["levels"][0].update(mode="most"), "actions[0].levels[0].mode"),
        (lambda ask: ask.update(onRejected={}), "actions[0].onRejected"),
        (lambda ask: ask.update(policy="Spending"), "actions[0].levels"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(api: Client, change: Any, place: str) -> None:
    rule = deepcopy(RULE)
    change(rule["actions"][0])
    answer = send(api, {**rule, "active": True})
    error = answer.json()["error"]
    places = [problem["path"] for problem in error.get("problems", [])] or [error["field"]]
    assert (answer.status_code, place in places) == (400, True), places
