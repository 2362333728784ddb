"""`/api/workflows`: what it takes, what it answers, and what it refuses."""

import json
import uuid
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import Actor, system_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import EventType
from opsflows.workflows import gates
from opsflows.workflows.gates import Defer, Refuse, register_gate
from opsflows.workflows.models import Workflow
from tests.workflows.conftest import actor_in, draft
from tests.workflows.rules import DEAL_ALERT, check, edge, graph, stop, trigger


@pytest.fixture(autouse=True)
def _without_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False


def client_of(account: PlatformAccount, role: str, scopes: list[str] | None = None) -> Client:
    house = system_actor(account.pk)
    name = f"{role}-{uuid.uuid4().hex[:6]}"
    user = create_user(
        actor=house,
        account=account,
        username=name,
        password="correct horse battery",
        email=f"{name}@example.com",
        role=role,
        now=timezone.now(),
    )
    key = issue_key(actor=house, account=account, user=user, name="test", scopes=scopes, now=timezone.now())
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key.text}"})


@pytest.fixture
def api(account: PlatformAccount) -> Client:
    return client_of(account, "editor")


def post(client: Client, document: Any) -> Any:
    return client.post("/api/workflows", json.dumps(document), content_type="application/json")


def refused(answer: Any) -> list[str]:
    """The places that a 400 names."""
    error = answer.json()["error"]
    assert answer.status_code == 400, answer.content
    assert error["message"]
    return [problem["path"] for problem in error.get("problems", [])] or [error.get("field", "")]


def test_a_draft(api: Client, account: PlatformAccount) -> None:
    answer = post(api, DEAL_ALERT)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/workflows/{body['id']}"
    assert {key: body[key] for key in ("name", "trigger", "conditions", "actions")} == DEAL_ALERT
    assert (body["active"], body["status"], body["version"], body["revision"]) == (False, "draft", None, 1)
    assert body["problems"] == []
    assert Workflow.objects.get(pk=body["id"]).account == account
    assert api.get(answer.headers["Location"]).json() == body


def test_active_is_published_and_live_at_once(api: Client) -> None:
    body = post(api, {**DEAL_ALERT, "active": True, "errorHandling": {"onError": "continue"}}).json()
    assert (body["active"], body["status"], body["version"]) == (True, "published", 1)
    assert body["settings"] == {"errorHandling": {"onError": "continue"}}
    assert body["errorHandling"] == {"onError": "continue"}
    workflow = Workflow.objects.get(pk=body["id"])
    assert workflow.is_active
    assert workflow.activations.filter(active_to=None).count() == 1


def test_a_draft_may_be_unfinished_and_says_what_is_missing(api: Client) -> None:
    body = post(api, {"name": "Later", "actions": [{"type": "slack"}]}).json()
    assert [problem["path"] for problem in body["problems"]] == ["trigger", "actions[0].message"]


def test_what_is_unfinished_is_not_made_active_and_not_stored(api: Client) -> None:
    unfinished = {"name": "Now", "active": True, "trigger": "a.b", "actions": [{"type": "slack"}]}
    assert refused(post(api, unfinished)) == ["actions[0].message"]
    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda rule: rule["conditions"]["rules"][1].update(operator="is_like"), "conditions.rules[1].operator"),
        (lambda rule: rule["actions"][0].update(type="carrier_pigeon"), "actions[0].type"),
        (lambda rule: rule["actions"][0].update(chanel="#x"), "actions[0].chanel"),
        (lambda rule: rule["actions"][0].update(message="{{#if"), "actions[0].message"),
        (lambda rule: rule.update(actoins=[]), "actoins"),
        (lambda rule: rule.update(logic="OR"), "logic"),
        (lambda rule: rule.update(actions={}), "actions"),
        (lambda rule: rule.update(trigger=7), "trigger"),
        (lambda rule: rule.update(name=""), "name"),
        (lambda rule: rule.pop("name"), "name"),
        (lambda rule: rule.update(name=["x"]), "name"),
        (lambda rule: rule.update(active="yes"), "active"),
        (lambda rule: rule.update(category="fun"), "category"),
        (lambda rule: rule.update(settings={"retries": 1}), "settings.retries"),
        (lambda rule: rule.update(errorHandling={"onError": "shrug"}), "errorHandling.onError"),
        (lambda rule: rule.update(workflow_data={}), "workflow_data"),
    ],
)
def test_what_is_wrong_is_refused_even_as_a_draft(api: Client, change: Any, path: str) -> None:
    rule = deepcopy(DEAL_ALERT)
    change(rule)
    assert refused(post(api, rule)) == [path]
    assert not Workflow.objects.exists()


@pytest.mark.parametrize("document", [[], "rule", 7, None])
def test_something_else_than_an_object_is_refused(api: Client, document: Any) -> None:
    assert refused(post(api, document)) == [""]


def test_all_problems_are_named_together(api: Client) -> None:
    rule = {"name": "", "trigger": "a.b", "actions": [{"type": "pigeon"}, {"type": "slack", "x": 1}]}
    assert refused(post(api, rule)) == ["name", "actions[0].type", "actions[1].x"]


def test_a_graph_with_branches(api: Client) -> None:
    edges = [edge("trigger", "c1"), edge("c1", "yes", "true"), edge("c1", "no", "false")]
    branches = graph(trigger(), check("c1"), stop("yes"), stop("no"), edges=edges)
    body = post(api, {"name": "Branches", "workflow_data": branches, "active": True}).json()
    assert (body["status"], body["trigger"], body["actions"]) == ("published", None, None)
    assert body["workflow_data"] == branches


def test_problems_of_a_graph_are_named_as_in_the_graph(api: Client) -> None:
    broken = graph(trigger(), stop("yes"), edges=[edge("trigger", "yes"), edge("yes", "gone", "error")])
    assert refused(post(api, {"name": "x", "workflow_data": broken, "active": True})) == [
        "workflow_data.edges[yes:error→gone]"
    ]
    draft = post(api, {"name": "x", "workflow_data": {"nodes": [trigger(), check("c1")]}}).json()
    assert "workflow_data.nodes[c1]" in [problem["path"] for problem in draft["problems"]]


def test_an_event_that_nobody_knows_is_a_warning(api: Client) -> None:
    assert [warning["path"] for warning in post(api, DEAL_ALERT).json()["warnings"]] == ["trigger"]
    EventType.objects.create(event_name="private_offer.accepted")
    assert post(api, DEAL_ALERT).json()["warnings"] == []


def test_what_is_shown_may_be_sent_again(api: Client) -> None:
    shown = post(api, {**DEAL_ALERT, "errorHandling": {"onError": "retry", "retryCount": 2}}).json()
    keys = ("name", "description", "category", "trigger", "conditions", "actions", "settings", "errorHandling")
    again = post(api, {key: shown[key] for key in keys}).json()
    assert {key: again[key] for key in keys} == {key: shown[key] for key in keys}


def test_settings_that_change_nothing_are_warned_about(api: Client) -> None:
    settings = {"throttleAction": "drop"}
    handling = {"errorWorkflow": DEAL_ALERT["name"], "notifyOnFailure": ["ops@example.com"]}
    EventType.objects.create(event_name="private_offer.accepted")
    warnings = post(api, {**DEAL_ALERT, "settings": settings, "errorHandling": handling}).json()["warnings"]
    assert [warning["path"] for warning in warnings] == ["errorHandling.errorWorkflow", "settings.throttleAction"]
    limited = {**DEAL_ALERT, "settings": {**settings, "maxExecutionsPerHour": 5}}
    assert post(api, limited).json()["warnings"] == []


@pytest.mark.usefixtures("no_gates")
def test_a_gate_may_refuse_and_nothing_is_stored(api: Client) -> None:
    register_gate(lambda publication: Refuse("Not on a Friday."))
    answer = post(api, {**DEAL_ALERT, "active": True})
    assert (answer.status_code, answer.json()["error"]["message"]) == (409, "Not on a Friday.")
    assert not Workflow.objects.exists()


@pytest.mark.usefixtures("no_gates")
def test_a_gate_may_defer_and_the_draft_is_kept(api: Client) -> None:
    register_gate(lambda publication: Defer("Dana is asked first."))
    answer = post(api, {**DEAL_ALERT, "active": True})
    assert (answer.status_code, answer.json()["status"]) == (201, "draft")
    assert "Dana" in answer.json()["warnings"][0]["message"]


@pytest.fixture
def no_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_gates", [])


def test_who_is_not_known(account: PlatformAccount) -> None:
    assert post(Client(), DEAL_ALERT).status_code == 401
    assert Client().get(f"/api/workflows/{uuid.uuid4()}").status_code == 401


def test_a_viewer_may_look_and_not_write(account: PlatformAccount, editor: Actor) -> None:
    viewer, workflow = client_of(account, "viewer"), draft(editor)
    assert post(viewer, DEAL_ALERT).status_code == 403
    assert viewer.get(f"/api/workflows/{workflow.pk}").status_code == 200


def test_a_key_may_be_narrower_than_its_person(account: PlatformAccount, editor: Actor) -> None:
    sender = client_of(account, "editor", ["events:send"])
    assert post(sender, DEAL_ALERT).status_code == 403
    assert sender.get(f"/api/workflows/{draft(editor).pk}").status_code == 403


def test_another_accounts_workflow_is_not_there(api: Client, other: PlatformAccount) -> None:
    theirs = draft(actor_in(other))
    for address in (theirs.pk, uuid.uuid4(), "nonsense"):
        assert api.get(f"/api/workflows/{address}").status_code == 404


def test_numbers_are_exact(api: Client) -> None:
    leaf = {"field": "value", "operator": "equals", "value": 0}
    text = json.dumps({**DEAL_ALERT, "conditions": leaf}).replace('"value": 0', '"value": 100000.10')
    answer = api.post("/api/workflows", text, content_type="application/json")
    assert '"value":100000.10' in answer.content.decode()
