"""Creating, changing, switching, deleting and firing by hand: what is checked, and what it leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.events.models import Event, EventPayload
from opsflows.schedules.change_schedule import change_schedule, delete_schedule, set_active
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.fire import NotFired
from opsflows.schedules.fire_now import fire_now
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from opsflows.workflows.activate import set_active as set_workflow_active
from opsflows.workflows.models import Workflow
from tests.accounts.conftest import person
from tests.schedules.conftest import NOW, fires, moment, next_of

pytestmark = pytest.mark.django_db

Make = Callable[..., Schedule]

TASK = {"type": "create_task", "title": "Call"}


def member(account: PlatformAccount, name: str) -> Actor:
    return Actor(account_id=account.pk, user_id=person(account, name, "editor").pk, role="editor", door="admin")


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("number").values_list("action", flat=True))


def test_it_counts_in_its_own_zone_and_the_accounts_is_the_default(make: Make) -> None:
    assert make().zone == "Europe/Berlin"
    assert next_of(make("0 7 * * *", zone="America/New_York")) == "2026-03-02 12:00"


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"name": "  "}, "name", "required"),
        ({"name": "x" * 256}, "name", "255"),
        ({"cron": "0 7 * *"}, "cron", "five fields"),
        ({"zone": "Berlin"}, "zone", "not a time zone"),
        ({"event_name": ""}, "event_name", "report.daily"),
        ({"event_name": "Report Daily"}, "event_name", ""),
        ({"event_name": f"a.{'b' * 300}"}, "event_name", ""),
        ({"misfire": "twice"}, "misfire", "once, all, skip"),
        ({"grace_minutes": 100_000}, "grace_minutes", "a week"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at", "later end"),
        ({"data": ["x"]}, "data", "names"),
        ({"data": {" ": "x"}}, "data", "name"),
        ({"data": {"day": "{{todai}}"}}, "data", "todai is not known"),
        ({"data": {"a": {"b": "{{ today | nonsense }}"}}}, "data", "a.b"),
        ({"data": {"day": "{% if"}}, "data", "day"),
        ({"data": {"text": "x" * 20_001}}, "data", "20,000"),
    ],
)
def test_what_is_wrong_is_said_by_field(make: Make, fields: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make(**fields)
    assert list(refused.value.message_dict) == [field]
    assert said in refused.value.message_dict[field][0]
    assert not Schedule.objects.exists()


def test_everything_that_is_wrong_is_said_at_once(make: Make) -> None:
    with pytest.raises(ValidationError) as refused:
        make("nonsense", name="", event_name="", zone="x", data={"a": "{{"})
    assert set(refused.value.message_dict) == {"name", "cron", "event_name", "zone"}


def test_a_name_is_taken_once_in_an_account(make: Make, account: PlatformAccount) -> None:
    make(name="Daily")
    with pytest.raises(ValidationError, match="Another schedule"):
        make(name=" Daily ")
    other = PlatformAccount.objects.create(slug="other", name="Other")
    elsewhere = Actor(account_id=other.pk, user_id=None, role="editor", door="page")
    create_schedule(actor=elsewhere, name="Daily", cron="0 7 * * *", event_name="a.b", now=NOW)


def test_it_starts_a_workflow_or_sends_an_event(make: Make, actor: Actor, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", TASK)
    with pytest.raises(ValidationError, match="either"):
        make(workflow_id=workflow.pk, event_name="report.daily")
    schedule = make()
    schedule = change_schedule(actor=actor, schedule=schedule, workflow_id=workflow.pk, now=NOW)
    assert (schedule.workflow_id, schedule.event_name) == (workflow.pk, "")
    schedule = change_schedule(actor=actor, schedule=schedule, event_name="report.weekly", now=NOW)
    assert (schedule.workflow_id, schedule.event_name) == (None, "report.weekly")


def test_a_workflow_of_another_account_is_not_started(actor: Actor, live: Callable[..., Workflow]) -> None:
    workflow = live("deal.won", TASK)
    other = PlatformAccount.objects.create(slug="other", name="Other")
    stranger = Actor(account_id=other.pk, user_id=None, role="editor", door="page")
    with pytest.raises(ValidationError, match="no such workflow"):
        create_schedule(actor=stranger, name="x", cron="0 7 * * *", workflow_id=workflow.pk, now=NOW)


def test_another_zone_or_time_is_counted_anew(make: Make, actor: Actor) -> None:
    schedule = make()
    assert next_of(schedule) == "2026-03-03 06:00"
    change_schedule(actor=actor, schedule=schedule, zone="Asia/Tokyo", now=NOW)
    assert next_of(schedule) == "2026-03-02 22:00"
    change_schedule(actor=actor, schedule=schedule, cron="30 18 * * *", now=NOW)
    assert next_of(schedule) == "2026-03-02 09:30"
    change_schedule(actor=actor, schedule=schedule, starts_at=moment("2026-04-01T00:00"), now=NOW)
    assert next_of(schedule) == "2026-04-01 09:30"
    change_schedule(actor=actor, schedule=schedule, ends_at=moment("2026-04-01T05:00"), now=NOW)
    assert next_of(schedule) is None
    change_schedule(actor=actor, schedule=schedule, starts_at=None, ends_at=None, now=NOW)
    assert next_of(schedule) == "2026-03-02 09:30"


def test_another_name_or_text_puts_off_nothing_that_is_due(make: Make, actor: Actor, work: Callable[..., bool]) -> None:
    schedule = make()
    late = moment("2026-03-03T09:00")
    change_schedule(actor=actor, schedule=schedule, name="New name", data={"a": "b"}, now=late)
    work(late)
    assert fires(schedule) == [("03 06:00", "event")]
    assert EventPayload.objects.get().data == {"a": "b"}


def test_each_deed_leaves_an_entry_and_each_state_a_trace(make: Make, actor: Actor) -> None:
    schedule = make(name="Daily")
    change_schedule(actor=actor, schedule=schedule, name="Daily report", now=NOW)
    change_schedule(actor=actor, schedule=schedule, name="Daily report", now=NOW)
    set_active(actor=actor, schedule=schedule, active=False, now=NOW)
    set_active(actor=actor, schedule=schedule, active=False, now=NOW)
    set_active(actor=actor, schedule=schedule, active=True, now=NOW)
    fire_now(actor=actor, schedule=schedule, now=NOW)
    delete_schedule(actor=actor, schedule=schedule, now=NOW)
    done = ["created", "changed", "switched_off", "switched_on", "fired", "deleted"]
    assert actions() == [f"schedule.{each}" for each in done]
    traces = Schedule.history.filter(id=schedule.pk).order_by("history_id")
    assert list(traces.values_list("history_type", "name", "is_active")) == [
        ("+", "Daily", True),
        ("~", "Daily report", True),
        ("~", "Daily report", False),
        ("~", "Daily report", True),
        ("-", "Daily report", True),
    ]


def test_firing_leaves_no_trace_in_history(make: Make, work: Callable[..., bool]) -> None:
    schedule = make()
    work(moment("2026-03-03T06:00"))
    assert Schedule.history.filter(id=schedule.pk).count() == 1


def test_by_hand_it_fires_at_once_and_its_own_times_stay(make: Make, actor: Actor, work: Callable[..., bool]) -> None:
    schedule = make(data={"day": "{{today}}"})
    set_active(actor=actor, schedule=schedule, active=False, now=NOW)
    done = fire_now(actor=actor, schedule=schedule, now=NOW)
    assert (done.outcome, done.fire_time) == ("event", NOW)
    assert fire_now(actor=actor, schedule=schedule, now=NOW).pk == done.pk
    assert Event.objects.count() == 1
    assert next_of(schedule) is None
    assert ScheduleState.objects.get().last_fire_at == NOW
    set_active(actor=actor, schedule=schedule, active=True, now=NOW)
    assert next_of(schedule) == "2026-03-03 06:00"


def test_two_clicks_fire_once(make: Make, account: PlatformAccount) -> None:
    schedule = make()
    ada, grace = (member(account, name) for name in ("ada", "grace"))
    done = fire_now(actor=ada, schedule=schedule, now=NOW)
    assert fire_now(actor=ada, schedule=schedule, now=NOW + timedelta(seconds=0.4)).pk == done.pk
    assert Event.objects.count() == 1
    fire_now(actor=grace, schedule=schedule, now=NOW + timedelta(seconds=0.5))
    fire_now(actor=ada, schedule=schedule, now=NOW + timedelta(seconds=30))
    assert Event.objects.count() == 3
    assert actions().count("schedule.fired") == 3


def test_by_hand_what_cannot_be_done_is_said_and_not_noted(
    make: Make, actor: Actor, live: Callable[..., Workflow]
) -> None:
    workflow = live("deal.won", TASK)
    schedule = make(workflow_id=workflow.pk)
    set_workflow_active(actor=actor, workflow=workflow, active=False, now=NOW)
    with pytest.raises(NotFired, match="is paused"):
        fire_now(actor=actor, schedule=schedule, now=NOW)
    assert not ScheduleFire.objects.exists()
    assert "schedule.fired" not in actions()


def test_who_may_not_and_who_is_elsewhere_changes_nothing(make: Make, account: PlatformAccount) -> None:
    schedule = make()
    other = PlatformAccount.objects.create(slug="other", name="Other")
    viewer = Actor(account_id=account.pk, user_id=None, role="viewer", door="page")
    stranger = Actor(account_id=other.pk, user_id=None, role="admin", door="page")
    for actor in (viewer, stranger):
        with pytest.raises(Forbidden):
            change_schedule(actor=actor, schedule=schedule, name="x", now=NOW)
        with pytest.raises(Forbidden):
            set_active(actor=actor, schedule=schedule, active=False, now=NOW)
        with pytest.raises(Forbidden):
            fire_now(actor=actor, schedule=schedule, now=NOW)
        with pytest.raises(Forbidden):
            delete_schedule(actor=actor, schedule=schedule, now=NOW)
    with pytest.raises(Forbidden):
        create_schedule(actor=viewer, name="x", cron="0 7 * * *", event_name="a.b", now=NOW)
    schedule.refresh_from_db()
    assert schedule.is_active


def test_what_is_gone_is_gone(make: Make, actor: Actor) -> None:
    schedule = make()
    fire_now(actor=actor, schedule=schedule, now=NOW)
    delete_schedule(actor=actor, schedule=schedule, now=NOW + timedelta(seconds=1))
    assert not ScheduleFire.objects.exists()
    assert Event.objects.count() == 1
    for act in (delete_schedule, fire_now):
        with pytest.raises(Schedule.DoesNotExist):
            act(actor=actor, schedule=schedule, now=NOW)
