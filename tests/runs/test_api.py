"""Rules' execution history through the API."""

from collections.abc import Callable

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)

BIG = {"rules": [{"field": "value", "operator": "greater_than", "value": 100000}]}


@pytest.fixture
def api(account: PlatformAccount, actor: Actor, engine: Engine, settings: object) -> Client:
    settings.SECURE_SSL_REDIRECT = False  # type: ignore[attr-defined]
    user = create_user(
        actor=actor,
        account=account,
        username="vi",
        password="correct horse",
        email="vi@example.com",
        role="viewer",
        now=engine.now,
    )
    key = issue_key(actor=actor, account=account, user=user, name="reader", now=engine.now)
    return Client(headers={"Authorization": f"Bearer {key.text}"})


def test_history_shows_trigger_conditions_actions_and_times(
    api: Client, engine: Engine, live: Callable[..., Workflow]
) -> None:
    workflow = live("deal.won", {"type": "create_task", "title": "{{customerName}} / {{nobody}}"}, conditions=BIG)
    event_id = engine.emit("deal.won", value=150000, customerName="Acme")
    engine.settle()
    answer = api.get(f"/api/workflows/{workflow.id}/executions").json()
    [run] = answer["results"]
    assert answer["next"] is None
    assert (run["status"], run["triggerEvent"]) == ("completed", {"id": str(event_id), "type": "deal.won"})
    condition, task = run["steps"]
    assert condition["outcome"] == "true"
    assert "150000" in str(condition["output"]["explanation"])
    assert task["input"]["title"] == "Acme / "
    assert "nobody" in task["warnings"][0]
    assert run["startedAt"] <= run["completedAt"]


def test_history_is_paged_and_costs_the_same_for_any_number_of_runs(
    api: Client, engine: Engine, live: Callable[..., Workflow], django_assert_num_queries: Callable[..., object]
) -> None:
    workflow = live("deal.won", {"type": "create_task", "title": "x"})
    for _ in range(5):
        engine.emit("deal.won")
    engine.settle()
    api.get("/api/workflows")  # The first use of a key in a minute is noted.
    # The key, the workflow, its runs, their steps, their forks.
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        first = api.get(f"/api/workflows/{workflow.id}/executions?limit=2").json()
    assert len(first["results"]) == 2
    seen = [run["id"] for run in first["results"]]
    while first["next"]:
        first = api.get(first["next"]).json()
        seen += [run["id"] for run in first["results"]]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


def test_another_accounts_workflow_is_not_there(api: Client, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", {"type": "create_task", "title": "x"})
    other = PlatformAccount.objects.create(slug="other", name="Other")
    Workflow.objects.filter(id=workflow.id).update(account=other)
    assert api.get(f"/api/workflows/{workflow.id}/executions").status_code == 404
