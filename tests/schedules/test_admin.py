"""Schedules in the admin: a form without JSON, and acts through the verbs."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import Event
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from opsflows.workflows.activate import set_active as set_workflow_active
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import signed_in
from tests.admin.world import person
from tests.schedules.conftest import moment

pytestmark = pytest.mark.django_db

FORM: dict[str, Any] = {
    "name": "Daily report",
    "when": "daily",
    "at": "07:30",
    "zone": "Europe/Berlin",
    "does": "event",
    "event_name": "report.daily",
    "data-name": ["day", "", ""],
    "data-value": ["{{yesterday}}", "", ""],
    "misfire": "once",
    "grace_minutes": "720",
}


@pytest.fixture(autouse=True)
def _served(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = False
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}


@pytest.fixture
def editor(account: PlatformAccount) -> Client:
    return signed_in(person(account, "ed", "editor"))


def say(client: Client, url: str, data: Any = None) -> str:
    """Post, follow, and read what the page says."""
    return client.post(url, data or {}, follow=True).content.decode()


def test_it_is_made_without_writing_cron_or_json(editor: Client) -> None:
    html = say(editor, adding(Schedule), FORM)
    assert "The schedule is on." in html
    schedule = Schedule.objects.get()
    assert (schedule.cron, schedule.event_name, schedule.data) == (
        "30 7 * * *",
        "report.daily",
        {"day": "{{yesterday}}"},
    )
    assert "Every day at 07:30" in html
    assert len(re.findall(", 07:30 CE", html)) >= 5


@pytest.mark.parametrize(
    ("chosen", "cron"),
    [
        ({"when": "workdays"}, "30 7 * * 1-5"),
        ({"when": "weekly", "weekdays": ["1", "4"]}, "30 7 * * 1,4"),
        ({"when": "monthly", "day": "15"}, "30 7 15 * *"),
        ({"when": "month_end"}, "30 7 L * *"),
        ({"when": "hourly", "past": "5", "at": ""}, "5 * * * *"),
        ({"when": "minutes", "every": "15", "at": ""}, "*/15 * * * *"),
        ({"when": "custom", "cron": "0 8 * * fri#1", "at": ""}, "0 8 * * fri#1"),
    ],
)
def test_each_pattern_becomes_cron(editor: Client, chosen: dict[str, Any], cron: str) -> None:
    say(editor, adding(Schedule), FORM | chosen)
    assert Schedule.objects.get().cron == cron


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"at": "25:00"}, "Give a time of the day"),
        ({"at": ""}, "Give a time of the day"),
        ({"when": "weekly"}, "Choose at least one day."),
        ({"when": "monthly", "day": ""}, "Give a day from 1 to 31."),
        ({"when": "hourly"}, "Give the minutes past the hour"),
        ({"when": "custom", "cron": "0 7 * *"}, "Write five fields"),
        ({"zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"event_name": ""}, "Name the event to send"),
        ({"event_name": "Report Daily"}, "report"),
        ({"does": "workflow"}, "Choose the workflow to start."),
        ({"does": "workflow", "workflow": "0c8e5e0a-1111-7111-8111-000000000000"}, "Select a valid choice"),
        ({"data-name": ["", ""], "data-value": ["x", ""]}, "Every value needs a name"),
        ({"data-name": ["a", "a"], "data-value": ["x", "y"]}, "stands here twice"),
        ({"data-value": ["{{todai}}", "", ""]}, "todai is not known"),
        ({"starts_at": "soon"}, "Give a date and a time"),
        ({"starts_at": "2026-03-02T09:00", "ends_at": "2026-03-02T08:00"}, "It would end before it begins"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(editor: Client, wrong: dict[str, Any], said: str) -> None:
    answer = editor.post(adding(Schedule), FORM | wrong)
    html = answer.content.decode().replace("&quot;", '"')
    assert answer.status_code == 400
    assert said in html
    assert 'value="30 7' not in html
    assert 'name="data-name"' in html
    assert not Schedule.objects.exists()


def test_a_change_keeps_what_no_row_can_show(editor: Client, make: Callable[..., Schedule]) -> None:
    data = {"day": "{{today}}", "limit": 5, "on": True, "list": [1, 2]}
    schedule = make(name="Daily", data=data, starts_at=moment("2026-03-02T07:00:30"))
    html = editor.get(act(schedule, "edit")).content.decode()
    assert 'value="2026-03-02T08:00"' in html
    assert "Kept as the API set it: list." in html
    changed = FORM | {
        "name": "Weekly",
        "when": "weekly",
        "weekdays": ["1"],
        "data-name": ["day", "limit", "more"],
        "data-value": ["{{yesterday}}", "5", "7"],
        "starts_at": "2026-03-02T08:00",
        "grace_minutes": "60",
    }
    assert "The schedule is changed." in say(editor, act(schedule, "edit"), changed)
    schedule.refresh_from_db()
    assert (schedule.name, schedule.cron, schedule.grace_minutes) == ("Weekly", "30 7 * * 1", 60)
    assert schedule.data == {"list": [1, 2], "day": "{{yesterday}}", "limit": 5, "more": "7"}
    assert schedule.starts_at == moment("2026-03-02T07:00:30")


def test_a_start_is_by_the_clocks_of_the_chosen_zone(editor: Client) -> None:
    say(editor, adding(Schedule), FORM | {"zone": "Asia/Tokyo", "starts_at": "2026-05-01T09:00"})
    assert Schedule.objects.get().starts_at == moment("2026-05-01T00:00")


def test_the_preview_speaks_and_does_nothing(editor: Client) -> None:
    address = listing(Schedule) + "preview/"
    query = {"when": "daily", "at": "09:00", "zone": "America/New_York"}
    html = editor.get(address, query).content.decode()
    assert "Every day at 09:00" in html
    assert html.count("<li>") == 5
    # The reader is in Berlin, the schedule in New York.
    assert html.count("09:00 there") == 5
    assert "Give a time of the day" in editor.get(address, query | {"at": ""}).content.decode()
    script = editor.get(address, {"when": "custom", "cron": "<script>", "zone": "UTC"}).content.decode()
    assert "<script>" not in script
    assert editor.get(address).status_code == 200


def test_acts(editor: Client, make: Callable[..., Schedule]) -> None:
    schedule = make(name="Daily")
    assert "The event was sent." in say(editor, act(schedule, "fire-now"))
    assert Event.objects.count() == 1
    assert "The schedule is off." in say(editor, act(schedule, "switch-off"))
    assert "None: it is switched off." in editor.get(page(schedule)).content.decode()
    assert "The schedule is on." in say(editor, act(schedule, "switch-on"))
    assert "“Daily” is deleted." in say(editor, act(schedule, "delete"))
    assert not Schedule.objects.exists()


def test_what_cannot_be_fired_is_said(
    editor: Client, make: Callable[..., Schedule], live: Callable[..., Workflow], actor: Any
) -> None:
    workflow = live("deal.won", {"type": "create_task", "title": "x"})
    schedule = make(workflow_id=workflow.pk)
    set_workflow_active(actor=actor, workflow=workflow, active=False, now=timezone.now())
    assert "is paused" in say(editor, act(schedule, "fire-now"))


def test_the_page_says_what_became_of_each_fire(
    editor: Client, make: Callable[..., Schedule], work: Callable[..., bool]
) -> None:
    schedule = make(misfire="once")
    work(moment("2026-03-05T10:00"))
    html = editor.get(page(schedule)).content.decode()
    fire = ScheduleFire.objects.get(outcome="event")
    assert f"/admin/events/event/{fire.event_id}/change/" in html
    assert "2 fires, from 2026-03-03 07:00 to 2026-03-04 07:00 (Europe/Berlin), were missed" in html
    listed = editor.get(listing(ScheduleFire), {"schedule": str(schedule.pk)}).content.decode()
    assert schedule.name in listed
    assert "were missed" in listed


def test_one_whose_zone_is_no_more_stands_still_and_can_be_mended(
    editor: Client, make: Callable[..., Schedule], work: Callable[..., bool]
) -> None:
    schedule = make(starts_at=moment("2026-03-01T00:00"))
    Schedule.objects.filter(pk=schedule.pk).update(zone="Mars/Olympus")
    work(moment("2026-03-03T06:00"))
    html = editor.get(page(schedule)).content.decode()
    assert "It cannot be fired" in html
    assert ">Stands still<" in editor.get(listing(Schedule)).content.decode()
    say(editor, act(schedule, "switch-off"))
    assert "not a time zone" in say(editor, act(schedule, "switch-on")).replace("&#x27;", "'")
    assert "The schedule is changed." in say(editor, act(schedule, "edit"), FORM)
    assert "The schedule is on." in say(editor, act(schedule, "switch-on"))
    assert ScheduleState.objects.get().next_fire_at > timezone.now() - timedelta(days=1)


def test_a_viewer_looks_and_no_more(account: PlatformAccount, make: Callable[..., Schedule]) -> None:
    schedule = make()
    viewer = signed_in(person(account, "vera", "viewer"))
    assert viewer.get(page(schedule)).status_code == 200
    assert viewer.get(adding(Schedule)).status_code == 403
    for name in ("edit", "fire-now", "switch-off", "delete"):
        assert act(schedule, name) not in viewer.get(page(schedule)).content.decode()
        assert viewer.post(act(schedule, name)).status_code == 403
