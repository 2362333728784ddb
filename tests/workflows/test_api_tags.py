"""Tags through the API: shown, set, taken off, and no part of what runs."""

from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.set_tags import set_tags
from tests.workflows.conftest import NOW, actor_in
from tests.workflows.rules import DEAL_ALERT
from tests.workflows.test_api import _without_tls, api, client_of, post, refused
from tests.workflows.test_api_change import put

__all__ = ["_without_tls", "api"]


def listed(client: Client, tag: str) -> list[Any]:
    return [each["tags"] for each in client.get("/api/workflows", {"tag": tag}).json()["results"]]


def test_they_are_set_and_shown_and_lists_narrowed(api: Client) -> None:
    made = post(api, {**DEAL_ALERT, "tags": [" Q4  Push", "emea", "EMEA"]}).json()
    assert made["tags"] == ["emea", "q4 push"]
    assert api.get(f"/api/workflows/{made['id']}").json()["tags"] == made["tags"]
    assert listed(api, "Q4  push ") == [["emea", "q4 push"]]
    assert put(api, made, tags=["sales"]).json()["tags"] == ["sales"]
    assert (listed(api, "emea"), listed(api, "sales")) == ([], [["sales"]])
    assert put(api, made, tags=None).json()["tags"] == []


def test_they_do_not_touch_what_runs_nor_the_draft(api: Client) -> None:
    live = post(api, {**DEAL_ALERT, "active": True, "tags": ["a"]}).json()
    changed = put(api, live, tags=["b"], revision=live["revision"]).json()
    same = {key: value for key, value in live.items() if key not in ("tags", "updatedAt")}
    assert {key: changed[key] for key in same} == same
    assert WorkflowVersion.objects.count() == 1
    assert put(api, live, name="Other").json()["tags"] == ["b"]


@pytest.mark.parametrize("wrong", ["emea", [7], {"a": 1}, ["a, b"], ["x" * 101], [f"t{n}" for n in range(21)], True])
def test_what_is_no_list_of_tags_is_named_and_nothing_is_stored(api: Client, wrong: Any) -> None:
    assert refused(post(api, {**DEAL_ALERT, "tags": wrong})) == ["tags"]
    assert not Workflow.objects.exists()
    made = post(api, {**DEAL_ALERT, "tags": ["kept"]}).json()
    assert refused(put(api, made, name="Other", tags=wrong)) == ["tags"]
    shown = api.get(f"/api/workflows/{made['id']}").json()
    assert (shown["name"], shown["tags"]) == (DEAL_ALERT["name"], ["kept"])


def test_a_change_that_is_refused_leaves_them(api: Client) -> None:
    made = post(api, {**DEAL_ALERT, "active": True, "tags": ["kept"]}).json()
    assert refused(put(api, made, tags=["new"], actions=[{"type": "email"}]))
    assert api.get(f"/api/workflows/{made['id']}").json()["tags"] == ["kept"]


def test_a_copy_bears_them_too(api: Client, account: PlatformAccount) -> None:
    made = post(api, {**DEAL_ALERT, "tags": ["emea"]}).json()
    copy = api.generic("POST", f"/api/workflows/{made['id']}/duplicate").json()
    assert copy["tags"] == ["emea"]
    set_tags(actor=actor_in(account), workflow=Workflow.objects.get(pk=copy["id"]), tags=[], now=NOW)
    assert listed(api, "emea") == [["emea"]]


def test_a_viewer_sees_them_and_sets_none(account: PlatformAccount, api: Client) -> None:
    made = post(api, {**DEAL_ALERT, "tags": ["emea"]}).json()
    viewer = client_of(account, "viewer")
    assert listed(viewer, "emea") == [["emea"]]
    assert put(viewer, made, tags=[]).status_code == 403
