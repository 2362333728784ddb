"""A workflow's own schedule in the admin and by the API: seen there, and changed through the workflow alone."""

import json
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.models import Schedule
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, listing, page
from tests.schedules.conftest import NOW
from tests.schedules.test_admin import _served, editor
from tests.schedules.test_api import _without_tls, api, refused, send
from tests.schedules.test_of_trigger import DAILY, MANUAL, own, say, workflow

__all__ = ["_served", "_without_tls", "api", "editor", "workflow"]

pytestmark = pytest.mark.django_db


def test_staff_see_whose_it_is(editor: Client, actor: Actor, workflow: Workflow) -> None:
    schedule = own(workflow)
    assert "as its trigger" in editor.get(listing(Schedule)).content.decode()
    shown = editor.get(page(schedule)).content.decode()
    assert "Made by the trigger of the workflow" in shown
    assert act(schedule, "fire-now") in shown
    for name in ("edit", "switch-off", "switch-on", "delete"):
        assert act(schedule, name) not in shown
        editor.post(act(schedule, name), {"confirm": "1"})
    assert own(workflow).is_active


def test_the_api_says_so_and_refuses_changes(api: Client, workflow: Workflow) -> None:
    path = f"/api/schedules/{own(workflow).pk}"
    document: dict[str, Any] = api.get(path).json()
    assert (document["ofTrigger"], document["workflow"]) == (True, str(workflow.pk))
    assert send(api, document, "put", path).status_code == 200
    for change in ({"cron": "0 3 * * *"}, {"active": False}):
        assert "the trigger of the workflow" in refused(send(api, change, "put", path))["workflow"]
    assert "the trigger of the workflow" in refused(api.delete(path))["workflow"]
    assert own(workflow).is_active


def test_a_schedule_of_the_same_name_stands_in_nobodys_way(api: Client, actor: Actor, workflow: Workflow) -> None:
    create_schedule(actor=actor, name=own(workflow).name, cron="0 7 * * *", event_name="report.daily", now=NOW)
    path = f"/api/schedules/{own(workflow).pk}"
    assert send(api, api.get(path).json(), "put", path).status_code == 200
    assert "the trigger of the workflow" in refused(send(api, {"cron": "0 3 * * *"}, "put", path))["workflow"]


def test_a_workflow_is_made_and_put_live_by_the_api_as_a_schedule(api: Client) -> None:
    rule = {
        "name": "Weekly",
        "trigger": {"schedule": {"cron": "0 8 * * 1", "zone": "UTC"}},
        "actions": [{"type": "create_task", "title": "Clean up"}],
        "active": True,
    }
    made = send(api, rule, path="/api/workflows").json()
    assert (made["trigger"], made["active"]) == (rule["trigger"], True)
    assert Schedule.objects.get().workflow_id is not None
    listed = api.get("/api/workflows").json()
    assert json.dumps(rule["trigger"]) in json.dumps(listed)
    path = f"/api/workflows/{made['id']}"
    assert send(api, {"trigger": MANUAL}, "put", path).json()["trigger"] == MANUAL
    assert not Schedule.objects.exists()
    wrong = send(api, {"trigger": {"schedule": {"cron": "soon"}}}, "put", path)
    assert "five fields" in refused(wrong)["trigger.schedule.cron"]


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (MANUAL, "<strong>somebody starts it</strong>"),
        (DAILY, "<strong>Every day at 09:00 (the account’s time)</strong>"),
    ],
)
def test_the_workflows_page_says_what_starts_it(
    editor: Client, actor: Actor, workflow: Workflow, trigger: Any, words: str
) -> None:
    if trigger is MANUAL:
        say(actor, workflow, trigger)
    shown = editor.get(page(workflow)).content.decode()
    assert "Listens to" not in shown
    assert words in shown
