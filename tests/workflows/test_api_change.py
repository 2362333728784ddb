"""`PUT /api/workflows/:id`: any part of the fields, and what becomes of what is live."""

import json
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.workflows import gates
from opsflows.workflows.gates import Defer, Refuse, register_gate
from opsflows.workflows.models import Workflow, WorkflowVersion
from tests.workflows.rules import DEAL_ALERT, check, edge, graph, stop, task, trigger
from tests.workflows.test_api import client_of, post, refused

NEW_CONDITIONS = {"rules": [{"field": "value", "operator": "greater_than", "value": 5}]}
BRANCHES = graph(
    trigger(),
    check("c1"),
    stop("yes"),
    stop("no"),
    edges=[edge("trigger", "c1"), edge("c1", "yes", "true"), edge("c1", "no", "false")],
)


@pytest.fixture(autouse=True)
def _without_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def api(account: PlatformAccount) -> Client:
    return client_of(account, "editor")


@pytest.fixture
def draft(api: Client) -> dict[str, Any]:
    return post(api, DEAL_ALERT).json()


@pytest.fixture
def live(api: Client) -> dict[str, Any]:
    return post(api, {**DEAL_ALERT, "active": True}).json()


def put(client: Client, workflow: dict[str, Any], **fields: Any) -> Any:
    return client.put(f"/api/workflows/{workflow['id']}", json.dumps(fields), content_type="application/json")


def versions() -> int:
    return WorkflowVersion.objects.count()


def test_rules_own_example(api: Client, draft: dict[str, Any]) -> None:
    body = put(api, draft, name="Updated Workflow", active=True).json()
    assert (body["name"], body["active"], body["version"], body["revision"]) == ("Updated Workflow", True, 1, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Another"),
        ("description", "What for"),
        ("category", "sales"),
        ("trigger", "deal.won"),
        ("conditions", NEW_CONDITIONS),
        ("conditions", None),
        ("actions", [{"type": "create_task", "title": "Call"}]),
        ("settings", {"priority": "high"}),
        ("errorHandling", {"onError": "continue"}),
    ],
)
def test_one_field_is_changed_and_the_rest_is_kept(api: Client, draft: dict[str, Any], field: str, value: Any) -> None:
    body = put(api, draft, **{field: value}).json()
    assert body[field] == value
    derived = {field, "revision", "updatedAt", "workflow_data", "warnings"}
    derived |= {"settings"} if field == "errorHandling" else set()
    assert {key: body[key] for key in body.keys() - derived} == {key: draft[key] for key in draft.keys() - derived}
    assert api.get(f"/api/workflows/{draft['id']}").json() == body


def test_error_handling_and_the_other_settings_do_not_overwrite_each_other(api: Client, draft: dict[str, Any]) -> None:
    put(api, draft, errorHandling={"onError": "continue"})
    body = put(api, draft, settings={"priority": "low"}).json()
    assert body["settings"] == {"priority": "low", "errorHandling": {"onError": "continue"}}
    assert put(api, draft, errorHandling=None).json()["settings"] == {"priority": "low"}
    both = put(api, draft, settings={"errorHandling": {"onError": "stop"}}, errorHandling={"onError": "continue"})
    assert refused(both) == ["errorHandling"]


def test_a_document_may_come_back_as_it_was_read(api: Client, live: dict[str, Any]) -> None:
    body = put(api, live, **live).json()
    assert (body["version"], versions()) == (1, 1)
    assert body["workflow_data"] == live["workflow_data"]


@pytest.mark.parametrize("part", ["conditions", "workflow_data"])
def test_a_document_may_come_back_with_one_thing_changed(api: Client, live: dict[str, Any], part: str) -> None:
    if part == "conditions":
        live["conditions"] = NEW_CONDITIONS
    else:
        live["workflow_data"]["nodes"][2]["data"]["label"] = "Tell sales"
    body = put(api, live, **live).json()
    assert body[part] == live[part]
    assert body["version"] == 2


def test_both_forms_changed_at_once_is_refused(api: Client, draft: dict[str, Any]) -> None:
    assert refused(put(api, draft, workflow_data=BRANCHES, trigger="a.b")) == ["workflow_data"]


def test_boxes_stay_where_they_lie(api: Client, draft: dict[str, Any]) -> None:
    for number, node in enumerate(draft["workflow_data"]["nodes"]):
        node["position"] = {"x": 7, "y": number}
    put(api, draft, workflow_data=draft["workflow_data"])
    body = put(api, draft, conditions=NEW_CONDITIONS).json()
    assert [node["position"]["x"] for node in body["workflow_data"]["nodes"]] == [7, 7, 7, 7]


def test_parts_of_a_rule_do_not_fit_a_graph_with_branches(api: Client) -> None:
    branches = post(api, {"name": "Branches", "workflow_data": BRANCHES}).json()
    answer = put(api, branches, conditions=NEW_CONDITIONS)
    assert (answer.status_code, answer.json()["error"]["field"]) == (409, "workflow_data")
    assert put(api, branches, name="Still").json()["workflow_data"] == BRANCHES
    whole = put(api, branches, trigger="a.b", conditions=None, actions=[{"type": "create_task", "title": "x"}])
    assert [node["id"] for node in whole.json()["workflow_data"]["nodes"]] == ["trigger", "a1"]


def test_an_empty_graph_takes_parts_of_a_rule(api: Client) -> None:
    empty = post(api, {"name": "Empty", "workflow_data": {}}).json()
    assert put(api, empty, trigger="a.b").json()["trigger"] == "a.b"


def test_a_draft_stays_a_draft(api: Client, draft: dict[str, Any]) -> None:
    body = put(api, draft, conditions=NEW_CONDITIONS, active=False).json()
    assert (body["status"], body["unpublishedChanges"], versions()) == ("draft", True, 0)


def test_a_live_workflow_runs_what_it_was_changed_to(api: Client, live: dict[str, Any]) -> None:
    body = put(api, live, conditions=NEW_CONDITIONS).json()
    assert (body["active"], body["version"], body["unpublishedChanges"]) == (True, 2, False)
    newest = WorkflowVersion.objects.get(number=2)
    assert Workflow.objects.get().activations.get(active_to=None).version == newest


def test_a_new_name_makes_no_new_version(api: Client, live: dict[str, Any]) -> None:
    assert put(api, live, name="x", description="y", active=True).json()["version"] == 1


def test_what_cannot_run_does_not_replace_what_does(api: Client, live: dict[str, Any]) -> None:
    assert refused(put(api, live, name="New", actions=[{"type": "slack"}])) == ["actions[0].message"]
    workflow = Workflow.objects.get()
    assert (workflow.workflow_name, workflow.revision, versions()) == (DEAL_ALERT["name"], 1, 1)


def test_active_switches(api: Client, live: dict[str, Any]) -> None:
    assert put(api, live, active=False).json()["active"] is False
    assert Workflow.objects.get().activations.filter(active_to=None).count() == 0
    body = put(api, live, active=True).json()
    assert (body["active"], body["version"]) == (True, 1)


def test_what_was_changed_while_it_was_off_runs_when_it_is_switched_on(api: Client, live: dict[str, Any]) -> None:
    put(api, live, active=False)
    changed = put(api, live, conditions=NEW_CONDITIONS).json()
    assert (changed["active"], changed["version"], changed["unpublishedChanges"]) == (False, 1, True)
    assert put(api, live, active=True).json()["version"] == 2


def test_a_draft_with_problems_is_not_switched_on(api: Client) -> None:
    unfinished = post(api, {"name": "Later", "trigger": "a.b", "actions": [{"type": "slack"}]}).json()
    assert refused(put(api, unfinished, active=True)) == ["actions[0].message"]


def test_a_revision_that_is_no_longer_current(api: Client, draft: dict[str, Any]) -> None:
    assert put(api, draft, name="One", revision=1).json()["revision"] == 2
    answer = put(api, draft, name="Two", revision=1)
    assert (answer.status_code, answer.json()["error"]["field"]) == (409, "revision")
    assert put(api, draft, name="Three").json()["name"] == "Three"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"revision": True}, "revision"),
        ({"revision": "1"}, "revision"),
        ({"revision": 10**30}, "revision"),
        ({"category": {}}, "category"),
        ({"active": "yes"}, "active"),
        ({"settings": []}, "settings"),
        ({"settings": {"retries": 1}}, "settings.retries"),
        ({"errorHandling": {"onError": "shrug"}}, "errorHandling.onError"),
        ({"actions": {}}, "actions"),
        ({"actions": [{"type": "pigeon"}]}, "actions[0].type"),
        ({"trigger": 7}, "trigger"),
        ({"conditionsStep": {"x": 1}}, "conditionsStep"),
        ({"workflow_data": []}, "workflow_data"),
        ({"workflow_data": {"nodes": [task("a"), task("a")]}}, "workflow_data.nodes[a].id"),
        ({"nmae": "x"}, "nmae"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_changed(
    api: Client, draft: dict[str, Any], fields: dict[str, Any], path: str
) -> None:
    assert refused(put(api, draft, **fields)) == [path]
    assert api.get(f"/api/workflows/{draft['id']}").json() == draft


@pytest.mark.parametrize("document", ["[]", "7", "null", "{}", ""])
def test_something_else_than_an_object_is_refused(api: Client, draft: dict[str, Any], document: str) -> None:
    answer = api.put(f"/api/workflows/{draft['id']}", document, content_type="application/json")
    assert answer.status_code == 400


def test_a_gate_may_refuse(api: Client, live: dict[str, Any], no_gates: None) -> None:
    register_gate(lambda publication: Refuse("Not on a Friday."))
    assert put(api, live, conditions=NEW_CONDITIONS).status_code == 409
    assert Workflow.objects.get().revision == 1


def test_a_gate_may_defer_and_what_is_live_goes_on(api: Client, live: dict[str, Any], no_gates: None) -> None:
    register_gate(lambda publication: Defer("Dana is asked first."))
    body = put(api, live, conditions=NEW_CONDITIONS).json()
    assert (body["conditions"], body["version"], body["unpublishedChanges"]) == (NEW_CONDITIONS, 1, True)
    assert "Dana is asked first. Until then version 1 goes on." in body["warnings"][0]["message"]


@pytest.fixture
def no_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_gates", [])


def test_a_viewer_and_another_account_change_nothing(
    account: PlatformAccount, other: PlatformAccount, draft: dict[str, Any]
) -> None:
    assert put(client_of(account, "viewer"), draft, name="x").status_code == 403
    assert put(client_of(other, "admin"), draft, name="x").status_code == 404
    assert Workflow.objects.get().workflow_name == DEAL_ALERT["name"]
