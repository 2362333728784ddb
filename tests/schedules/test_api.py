"""`/api/schedules`: what it takes, what it answers, and what it refuses."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.models import PlatformAccount
from opsflows.schedules.models import Schedule
from opsflows.workflows.models import Workflow
from tests.schedules.conftest import moment
from tests.workflows.test_api import client_of

pytestmark = pytest.mark.django_db

DAILY = {"name": "Daily report", "cron": "0 7 * * *", "event": "report.daily", "data": {"day": "{{yesterday}}"}}


@pytest.fixture(autouse=True)
def _without_tls(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def api(account: PlatformAccount) -> Client:
    return client_of(account, "editor")


def send(client: Client, document: Any, method: str = "post", path: str = "/api/schedules") -> Any:
    return getattr(client, method)(path, json.dumps(document), content_type="application/json")


def refused(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    named = error.get("problems") or [{"path": error.get("field", ""), "message": error["message"]}]
    return {problem["path"]: problem["message"] for problem in named}


def test_it_is_made_and_read_back(api: Client, account: PlatformAccount) -> None:
    answer = send(api, DAILY)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/schedules/{body['id']}"
    assert {key: body[key] for key in DAILY} == DAILY
    assert (body["timezone"], body["words"], body["active"]) == ("Europe/Berlin", "Every day at 07:00", True)
    assert (body["workflow"], body["misfire"], body["graceMinutes"]) == (None, "once", 720)
    assert body["nextFireAt"] is not None
    assert api.get(answer.headers["Location"]).json() == body
    assert api.get("/api/schedules").json()["results"] == [body]
    assert Schedule.objects.get().created_by is not None


def test_what_was_read_can_be_sent_back(api: Client) -> None:
    body = send(api, DAILY).json()
    assert send(api, body, "put", f"/api/schedules/{body['id']}").json() == body


def test_some_fields_are_changed_and_the_rest_stays(api: Client, live: Callable[..., Workflow]) -> None:
    path = f"/api/schedules/{send(api, DAILY).json()['id']}"
    workflow = live("deal.won", {"type": "create_task", "title": "x"})
    body = send(api, {"workflow": str(workflow.pk), "active": False}, "put", path).json()
    assert (body["workflow"], body["event"], body["active"]) == (str(workflow.pk), None, False)
    assert (body["cron"], body["nextFireAt"]) == ("0 7 * * *", None)
    body = send(api, {"active": True, "endsAt": "2099-01-01T00:00:00+02:00"}, "put", path).json()
    assert body["nextFireAt"] is not None
    assert Schedule.objects.get().ends_at == moment("2098-12-31T22:00")
    assert send(api, {"endsAt": None}, "put", path).json()["endsAt"] is None


def test_a_change_that_is_refused_switches_nothing(api: Client) -> None:
    path = f"/api/schedules/{send(api, DAILY).json()['id']}"
    assert set(refused(send(api, {"cron": "never", "active": False}, "put", path))) == {"cron"}
    assert api.get(path).json()["active"] is True


def test_it_is_deleted(api: Client) -> None:
    path = f"/api/schedules/{send(api, DAILY).json()['id']}"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ([], {""}),
        ({}, {"name", "cron", "event"}),
        ({**DAILY, "cron": "0 7 * *"}, {"cron"}),
        ({**DAILY, "cron": 7, "name": None, "active": "yes", "data": []}, {"cron", "name", "active", "data"}),
        ({**DAILY, "timezone": "Berlin", "misfire": "x", "graceMinutes": -1}, {"timezone", "misfire", "graceMinutes"}),
        ({**DAILY, "graceMinutes": True}, {"graceMinutes"}),
        ({**DAILY, "graceMinutes": 10**60}, {"graceMinutes"}),
        ({**DAILY, "startsAt": "2026-03-01"}, {"startsAt"}),
        ({**DAILY, "startsAt": "2026-13-01T00:00:00Z"}, {"startsAt"}),
        ({**DAILY, "startsAt": "0001-01-01T00:00:00+14:00"}, {"startsAt"}),
        ({**DAILY, "startsAt": "2026-03-02T00:00:00Z", "endsAt": "2026-03-01T00:00:00Z"}, {"endsAt"}),
        ({**DAILY, "event": None, "workflow": "x"}, {"workflow"}),
        ({**DAILY, "event": None, "workflow": str(uuid.uuid4())}, {"workflow"}),
        ({**DAILY, "event": "Report"}, {"event"}),
        ({**DAILY, "data": {"day": "{{nope}}"}}, {"data"}),
        ({**DAILY, "zone": "UTC"}, {"zone"}),
    ],
)
def test_what_is_refused(api: Client, document: Any, places: set[str]) -> None:
    assert set(refused(send(api, document))) == places
    assert not Schedule.objects.exists()


def test_a_field_of_another_name_is_hinted_at(api: Client) -> None:
    assert "Did you mean timezone?" in refused(send(api, {**DAILY, "time_zone": "UTC"}))["time_zone"]


def test_who_may_only_read_reads(api: Client, account: PlatformAccount) -> None:
    path = f"/api/schedules/{send(api, DAILY).json()['id']}"
    viewer = client_of(account, "viewer")
    assert viewer.get(path).status_code == 200
    assert viewer.get("/api/schedules").status_code == 200
    assert send(viewer, DAILY).status_code == 403
    assert send(viewer, {"name": "x"}, "put", path).status_code == 403
    assert viewer.delete(path).status_code == 403


def test_another_account_finds_nothing(api: Client) -> None:
    path = f"/api/schedules/{send(api, DAILY).json()['id']}"
    stranger = client_of(PlatformAccount.objects.create(slug="other", name="Other"), "admin")
    assert stranger.get("/api/schedules").json()["results"] == []
    for answer in (stranger.get(path), send(stranger, {"name": "x"}, "put", path), stranger.delete(path)):
        assert answer.status_code == 404
    assert api.get("/api/schedules/nonsense").status_code == 404
