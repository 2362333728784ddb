"""GET /api/events/:id/explain."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.issue_key import issue_key
from opsflows.events.count_repeats import count_repeats
from tests.admin.world import World
from tests.studio.explain.scene import Scene, over

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(alpha: World) -> Client:
    issued = issue_key(actor=alpha.actor, account=alpha.account, user=alpha.admin, name="key", now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {issued.text}"})


def answer(api: Client, event: Any, status: int = 200, query: str = "") -> Any:
    found = api.get(f"/api/events/{event.pk}/explain{query}")
    assert found.status_code == status, found.content
    return found.json()


def test_it_says_why_each_workflow_did_not_start(api: Client, scene: Scene) -> None:
    scene.workflow("large", over(100))
    scene.workflow("all")
    found = answer(api, scene.event({"value": 1, "secret": "x"}))
    assert found["state"] == "routed"
    large, every = found["results"]
    assert (large["reason"], large["started"], large["version"]) == ("condition", False, 1)
    assert large["explanation"]["children"][0]["seen"] == 1
    assert large["changes"][0]["sentence"].startswith("value would have had to be greater than 100")
    assert every["started"]
    assert every["runs"][0]["status"] == "running"


def test_pages_follow_one_another(api: Client, scene: Scene) -> None:
    for number in range(51):
        scene.workflow(f"flow {number:02}", over(1))
    first = answer(api, scene.event({"value": 0}))
    assert (len(first["results"]), first["total"]) == (50, 51)
    last = api.get(first["next"].removeprefix("http://testserver")).json()
    assert [each["name"] for each in last["results"]] == ["flow 50"]
    assert last["next"] is None


def test_it_says_how_often_the_event_came(api: Client, scene: Scene) -> None:
    event = scene.event()
    assert answer(api, event)["repeats"] is None
    count_repeats([event.pk], now=scene.tick())
    repeats = answer(api, event)["repeats"]
    assert repeats["count"] == 1
    assert repeats["sentence"].startswith("It came twice. The repeat (on ")


def test_what_it_refuses(api: Client, scene: Scene, elsewhere: Scene) -> None:
    assert answer(api, scene.event(), 400, "?offset=-1")["error"]["field"] == "offset"
    answer(api, elsewhere.event(), 404)
