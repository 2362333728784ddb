"""`GET /api/workflows`, versions and copies."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow
from opsflows.workflows.set_tags import set_tags
from tests.workflows.conftest import NOW, actor_in, draft
from tests.workflows.rules import DEAL_ALERT
from tests.workflows.test_api import client_of, post, refused

UNFINISHED = {"name": "Later", "trigger": "deal.won", "actions": [{"type": "slack"}]}


@pytest.fixture(autouse=True)
def _without_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def api(account: PlatformAccount) -> Client:
    return client_of(account, "editor")


def names(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/api/workflows{query}")
    assert answer.status_code == 200, answer.content
    return [each["name"] for each in answer.json()["results"]]


def test_the_newest_stands_first_and_short(api: Client, other: PlatformAccount) -> None:
    post(api, {**DEAL_ALERT, "active": True})
    post(api, UNFINISHED)
    draft(actor_in(other))
    later, alert = api.get("/api/workflows/").json()["results"]
    assert (later["name"], later["trigger"], later["status"], later["version"]) == ("Later", "deal.won", "draft", None)
    assert (alert["active"], alert["status"], alert["version"]) == (True, "published", 1)
    assert not {"workflow_data", "problems", "actions"} & alert.keys()


def test_filters(api: Client) -> None:
    post(api, {**DEAL_ALERT, "active": True})
    post(api, UNFINISHED)
    assert names(api, "?active=true") == names(api, "?status=published") == [DEAL_ALERT["name"]]
    assert names(api, "?active=false") == names(api, "?status=draft") == names(api, "?trigger=deal.won") == ["Later"]
    assert names(api, "?trigger=deal.lost") == names(api, "?active=true&status=draft") == []


@pytest.mark.parametrize("wrong", ["active=yes", "status=live", "trigger=No%00", "limit=0", "before=x"])
def test_a_filter_that_makes_no_sense_is_named(api: Client, wrong: str) -> None:
    answer = api.get(f"/api/workflows?{wrong}")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, wrong.partition("=")[0])


def test_a_page_of_many_costs_what_a_page_of_one_costs(
    api: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(6):
        post(api, {**DEAL_ALERT, "name": str(number), "active": number % 2 == 0})
    api.get("/api/workflows")
    # The key, the workflows, their tags.
    with django_assert_num_queries(3):
        first = api.get("/api/workflows?limit=4").json()
    second = api.get(first["next"]).json()
    assert [each["name"] for each in [*first["results"], *second["results"]]] == list("543210")
    assert second["next"] is None


def test_versions(api: Client) -> None:
    body = post(api, {**DEAL_ALERT, "active": True}).json()
    change = json.dumps({"trigger": "deal.won"})
    api.put(f"/api/workflows/{body['id']}", change, content_type="application/json")
    newest, oldest = api.get(f"/api/workflows/{body['id']}/versions").json()["results"]
    assert (newest["version"], newest["active"], newest["trigger"]) == (2, True, "deal.won")
    assert (oldest["version"], oldest["active"]) == (1, False)
    assert newest["createdBy"].startswith("editor-")


def duplicate(client: Client, workflow_id: str, document: Any) -> Any:
    address = f"/api/workflows/{workflow_id}/duplicate"
    return client.post(address, json.dumps(document), content_type="application/json")


def test_a_copy_is_a_draft(api: Client) -> None:
    body = post(api, {**DEAL_ALERT, "active": True, "category": "sales", "settings": {"priority": "high"}}).json()
    answer = duplicate(api, body["id"], {"name": "Mine"})
    copy = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/workflows/{copy['id']}")
    assert (copy["name"], copy["status"], copy["category"]) == ("Mine", "draft", "sales")
    assert (copy["workflow_data"], copy["settings"]) == (body["workflow_data"], body["settings"])
    assert api.get(answer.headers["Location"]).json() == copy


def test_a_copy_without_a_name_is_called_a_copy(api: Client) -> None:
    body = post(api, {**DEAL_ALERT, "name": "x" * 255}).json()
    copy = api.generic("POST", f"/api/workflows/{body['id']}/duplicate").json()
    assert copy["name"] == "x" * 248 + " (copy)"


@pytest.mark.parametrize(("document", "path"), [({"name": 7}, "name"), ({"name": ""}, "name"), ({"nam": "x"}, "nam")])
def test_a_copy_needs_a_name_that_is_one(api: Client, document: Any, path: str) -> None:
    body = post(api, DEAL_ALERT).json()
    assert refused(duplicate(api, body["id"], document)) == [path]
    assert Workflow.objects.count() == 1


def test_a_viewer_and_another_account_copy_nothing(account: PlatformAccount, other: PlatformAccount) -> None:
    workflow = draft(actor_in(account))
    assert duplicate(client_of(account, "viewer"), str(workflow.pk), {}).status_code == 403
    assert duplicate(client_of(other, "admin"), str(workflow.pk), {}).status_code == 404
    assert client_of(other, "admin").get(f"/api/workflows/{workflow.pk}/versions").status_code == 404


def test_it_is_searched_and_narrowed_by_tag(api: Client, account: PlatformAccount) -> None:
    post(api, DEAL_ALERT)
    post(api, UNFINISHED)
    later = Workflow.objects.get(workflow_name="Later")
    set_tags(actor=actor_in(account), workflow=later, tags=["q4"], now=NOW)
    assert names(api, "?search=big+CRM.example") == ["High-Value Deal Alert"]
    assert (names(api, "?tag=Q4"), names(api, "?tag=q4&search=alert"), names(api, "?tag=none")) == (["Later"], [], [])
    assert api.get("/api/workflows?search=%00").status_code == 400
