"""Runs with lists through the API: progress from one row, steps about one item when asked for, never all of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Fail
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe
from tests.runs.trace.conftest import foreach

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("probes")]


@pytest.fixture
def api(account: PlatformAccount, actor: Actor, engine: Engine, settings: Any) -> Client:
    settings.SECURE_SSL_REDIRECT = False
    about = {"username": "vi", "password": "correct horse", "email": "vi@example.com", "role": "viewer"}
    user = create_user(actor=actor, account=account, **about, now=engine.now)
    key = issue_key(actor=actor, account=account, user=user, name="reader", now=engine.now)
    return Client(headers={"Authorization": f"Bearer {key.text}"})


def test_progress_and_one_item(
    api: Client,
    engine: Engine,
    publish_flow: Callable[..., Workflow],
    django_assert_num_queries: Callable[..., Any],
) -> None:
    workflow = publish_flow(
        "list.each -> note",
        "note -> call",
        list=foreach(concurrency=50),
        note={"type": "set", "values": {"name": "{{contact}}"}, "scope": "local"},
        call={"type": "probe_outside", "note": "{{name}}"},
    )
    OutsideProbe.script.append(Fail("no"))
    engine.emit("deal.won", contacts=[f"c{number}" for number in range(60)])
    engine.settle()
    base = f"/api/workflows/{workflow.pk}/executions"
    run = engine.run()
    api.get("/api/workflows")  # The first use of a key in a minute is noted.
    with django_assert_num_queries(4):
        body = api.get(f"{base}/{run.pk}").json()
    assert [step["id"] for step in body["steps"]] == ["list"]
    [fork] = body["forks"]
    assert {key: fork[key] for key in ("step", "total", "done", "failed", "left", "isOver")} == {
        "step": "list",
        "total": 60,
        "done": 59,
        "failed": 1,
        "left": 0,
        "isOver": True,
    }
    note, call = api.get(f"{base}/{run.pk}?iteration=41").json()["steps"]
    assert (note["iteration"], note["sets"]) == ("41", {"scope": "local", "values": {"name": "c41"}})
    assert call["output"] == {"note": "c41"}
    [listed] = api.get(base).json()["results"]
    assert [step["id"] for step in listed["steps"]] == ["list"]
    refused = api.get(f"{base}/{run.pk}?iteration=all")
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "iteration")


def test_a_dry_run_says_what_became_of_the_branches(api: Client, draft: Callable[..., Workflow]) -> None:
    workflow = draft("list.each -> call", list=foreach(), call={"type": "probe_outside", "note": "{{contact.id}}"})
    data = {"testData": {"contacts": [{"id": number, "token": "hush"} for number in range(5)]}}
    body = api.post(f"/api/workflows/{workflow.pk}/test", data, content_type="application/json").json()
    assert [(step["id"], step["iteration"]) for step in body["steps"]] == [
        ("list", ""),
        ("call", "0"),
        ("call", "1"),
        ("call", "2"),
    ]
    assert body["steps"][0]["total"] == 5
    assert [branch["status"] for branch in body["steps"][0]["branches"]] == ["completed"] * 3
    assert "hush" not in str(body)
