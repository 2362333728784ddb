"""Schedules fire in time, once, and say what they did."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from opsflows.accounts.actor import Actor
from opsflows.events.models import Event, EventPayload
from opsflows.runs.models import Execution
from opsflows.schedules import fire as fire_module
from opsflows.schedules.change_schedule import set_active
from opsflows.schedules.fire_due import BATCH
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from opsflows.workflows.activate import set_active as set_workflow_active
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow
from tests.runs.engine import Engine
from tests.schedules.conftest import fires, moment, new_lane, next_of

pytestmark = pytest.mark.django_db

Make = Callable[..., Schedule]
Work = Callable[[datetime], bool]

TASK = {"type": "create_task", "title": "Report for {{day}}"}
#: 07:00 in Berlin on the day after.
SEVEN = moment("2026-03-03T06:00")


def test_it_sends_its_event_at_its_time_and_not_before(make: Make, work: Work) -> None:
    data = {"day": "{{yesterday}}", "by": "{{schedule.name}}", "at": "{{schedule.fire_time}}", "limit": 5}
    schedule = make(name="Daily report", data=data)
    assert next_of(schedule) == "2026-03-03 06:00"
    assert not work(SEVEN - timedelta(microseconds=1))
    assert not Event.objects.exists()
    assert work(SEVEN + timedelta(milliseconds=400))
    event = Event.objects.get()
    assert (event.name, event.account_id) == ("report.daily", schedule.account_id)
    assert (event.door, event.source_label) == ("schedule", "Daily report")
    assert EventPayload.objects.get().data == {
        "day": "2026-03-02",
        "by": "Daily report",
        "at": "2026-03-03T07:00:00+01:00",
        "limit": 5,
    }
    fire = ScheduleFire.objects.get()
    assert (fire.outcome, fire.event_id, fire.fire_time) == ("event", event.pk, SEVEN)
    assert next_of(schedule) == "2026-03-04 06:00"
    assert not work(SEVEN + timedelta(seconds=1))


def test_it_starts_its_workflow(make: Make, work: Work, engine: Engine, live: Callable[..., Workflow]) -> None:
    schedule = make(workflow_id=live("deal.won", TASK).pk, data={"day": "{{today}}"})
    work(SEVEN)
    run = engine.run()
    assert (run.origin, run.origin_id, run.trigger_data) == ("schedule", schedule.pk, {"day": "2026-03-03"})
    assert ScheduleFire.objects.get().execution_id == run.pk
    engine.settle()
    run.refresh_from_db()
    assert run.execution_status == "completed"


def test_the_lane_knows_when_the_next_one_falls_due(make: Make, work: Work) -> None:
    lane = new_lane()
    lane.work(SEVEN - timedelta(hours=1))
    assert lane.next_due(SEVEN - timedelta(hours=1)) is None
    make()
    make("30 6 * * *")
    lane = new_lane()
    lane.work(SEVEN - timedelta(hours=1))
    assert lane.next_due(SEVEN - timedelta(hours=1)) == SEVEN - timedelta(minutes=30)


@pytest.mark.parametrize("state", ["paused", "deleted", "draft"])
def test_a_workflow_that_cannot_be_started_is_noted_with_its_reason(
    make: Make, work: Work, actor: Actor, live: Callable[..., Workflow], state: str
) -> None:
    if state == "draft":
        graph = to_graph({"trigger": "deal.won", "actions": [TASK]})
        workflow = create_workflow(actor=actor, name="Rule", workflow_data=graph)
    else:
        workflow = live("deal.won", TASK)
    schedule = make(workflow_id=workflow.pk)
    if state == "paused":
        set_workflow_active(actor=actor, workflow=workflow, active=False, now=SEVEN)
    if state == "deleted":
        delete_workflow(actor=actor, workflow_id=workflow.pk, now=SEVEN)
    assert work(SEVEN)
    fire = ScheduleFire.objects.get()
    said = {"paused": "“Rule” is paused", "deleted": "“Rule” was deleted", "draft": "“Rule” was never published"}
    assert (fire.outcome, fire.execution_id) == ("error", None)
    assert fire.detail.startswith(said[state])
    assert not Execution.objects.exists()
    assert next_of(schedule) == "2026-03-04 06:00"


def test_an_account_that_is_off_sends_nothing(make: Make, work: Work) -> None:
    schedule = make()
    schedule.account.is_active = False
    schedule.account.save()
    work(SEVEN)
    assert fires(schedule) == [("03 06:00", "error")]
    assert not Event.objects.exists()


def test_a_broken_one_is_marked_and_blocks_nobody(make: Make, work: Work) -> None:
    unreadable, failing, good = make(), make(data={"day": "{{today}}"}), make()
    Schedule.objects.filter(pk=unreadable.pk).update(zone="Mars/Olympus")
    Schedule.objects.filter(pk=failing.pk).update(data={"day": "{% broken"})
    assert work(SEVEN)
    assert fires(good) == [("03 06:00", "event")]
    assert fires(failing) == [("03 06:00", "error")]
    assert fires(unreadable) == []
    state = ScheduleState.objects.get(pk=unreadable.pk)
    assert state.next_fire_at is None
    assert "Mars/Olympus" in state.problem
    assert next_of(failing) == "2026-03-04 06:00"
    assert not work(SEVEN)


def test_what_breaks_in_the_middle_leaves_nothing_but_the_reason(
    make: Make, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = make()
    emit = fire_module.emit

    def send_and_break(**kwargs: Any) -> None:
        emit(**kwargs)
        raise KeyError("half")

    monkeypatch.setattr(fire_module, "emit", send_and_break)
    work(SEVEN)
    assert not Event.objects.exists()
    fire = ScheduleFire.objects.get(schedule=schedule)
    assert (fire.outcome, fire.detail) == ("error", "KeyError: 'half'")


@pytest.mark.parametrize("place", ["emit", "note"])
def test_a_worker_that_ends_between_event_and_commit_loses_and_doubles_nothing(
    make: Make, work: Work, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    schedule = make()
    real = getattr(fire_module, place)

    def do_and_end(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(fire_module, place, do_and_end)
    with pytest.raises(OperationalError):
        work(SEVEN)
    assert not Event.objects.exists()
    assert fires(schedule) == []
    monkeypatch.undo()
    new_lane().work(SEVEN)
    assert Event.objects.count() == 1
    assert fires(schedule) == [("03 06:00", "event")]


def test_a_time_that_was_fired_is_not_fired_again(make: Make, work: Work) -> None:
    """Whatever became of the state, the row of the fire stands in the way."""
    schedule = make()
    work(SEVEN)
    earlier = SEVEN - timedelta(hours=1)
    ScheduleState.objects.filter(pk=schedule.pk).update(next_fire_at=SEVEN, handled_until=earlier)
    assert work(SEVEN)
    assert Event.objects.count() == 1
    assert next_of(schedule) == "2026-03-04 06:00"


def test_more_are_due_than_one_commit_takes(make: Make, work: Work) -> None:
    for _ in range(BATCH + 3):
        make()
    assert work(SEVEN)
    assert Event.objects.count() == BATCH
    assert work(SEVEN)
    assert Event.objects.count() == BATCH + 3
    assert not work(SEVEN)


def test_a_clock_that_goes_back_doubles_nothing(make: Make, work: Work) -> None:
    schedule = make("*/5 * * * *")
    work(moment("2026-03-02T08:05:30"))
    for back in ("2026-03-02T08:01", "2026-03-02T08:05", "2026-03-02T08:09:59"):
        assert not work(moment(back))
    assert work(moment("2026-03-02T08:10"))
    assert fires(schedule) == [("02 08:05", "event"), ("02 08:10", "event")]


def test_a_clock_that_was_years_ahead_does_not_stop_a_schedule_for_years(make: Make, work: Work) -> None:
    schedule = make("0 * * * *")
    new_lane().work(moment("2031-01-01T00:30"))
    assert next_of(schedule) == "2031-01-01 01:00"
    new_lane().work(moment("2026-03-02T08:20"))
    assert next_of(schedule) == "2026-03-02 09:00"
    assert work(moment("2026-03-02T09:00"))


def test_start_and_end_are_kept(make: Make, work: Work) -> None:
    schedule = make(starts_at=moment("2026-03-04T06:00"), ends_at=moment("2026-03-05T06:00"))
    assert next_of(schedule) == "2026-03-04 06:00"
    for day in (3, 4, 5, 6):
        work(moment(f"2026-03-0{day}T06:00"))
    assert fires(schedule) == [("04 06:00", "event"), ("05 06:00", "event")]
    assert next_of(schedule) is None


def test_what_fell_due_before_the_end_is_made_up_behind_it(make: Make, work: Work) -> None:
    schedule = make(ends_at=moment("2026-03-03T07:00"))
    work(moment("2026-03-03T12:00"))
    assert fires(schedule) == [("03 06:00", "event")]
    late = make(ends_at=moment("2026-03-03T07:00"))
    work(moment("2026-03-04T00:00"))
    assert fires(late) == [("03 06:00", "skipped")]


@pytest.mark.parametrize(
    ("misfire", "noted"),
    [
        ("once", [("04 06:00", "skipped"), ("05 06:00", "event")]),
        ("all", [("03 06:00", "event"), ("04 06:00", "event"), ("05 06:00", "event")]),
        ("skip", [("05 06:00", "skipped")]),
    ],
)
def test_after_a_stop_of_three_days(make: Make, work: Work, misfire: str, noted: list[tuple[str, str]]) -> None:
    schedule = make(misfire=misfire, data={"day": "{{today}}"})
    assert work(moment("2026-03-05T10:00"))
    assert fires(schedule) == noted
    assert next_of(schedule) == "2026-03-06 06:00"
    # What is made up speaks of the day that it was meant for.
    days = [payload.data["day"] for payload in EventPayload.objects.order_by("event_id")]
    assert days == [f"2026-03-{time[:2]}" for time, outcome in noted if outcome == "event"]


def test_what_is_left_out_says_how_many(make: Make, work: Work) -> None:
    schedule = make("*/15 * * * *", misfire="skip")
    work(moment("2026-03-02T10:07"))
    row = ScheduleFire.objects.get(schedule=schedule)
    assert (row.missed, row.outcome) == (8, "skipped")
    assert row.detail == (
        "8 fires, from 2026-03-02 09:15 to 2026-03-02 11:00 (Europe/Berlin), were missed while no worker ran, and are "
        "not made up."
    )


def test_what_fell_due_while_it_was_off_is_not_made_up(make: Make, work: Work, actor: Actor) -> None:
    schedule = make(misfire="all")
    set_active(actor=actor, schedule=schedule, active=False, now=moment("2026-03-02T09:00"))
    assert next_of(schedule) is None
    assert not work(moment("2026-03-04T06:00"))
    set_active(actor=actor, schedule=schedule, active=True, now=moment("2026-03-04T09:00"))
    work(moment("2026-03-05T06:00"))
    assert fires(schedule) == [("05 06:00", "event")]


def test_the_night_the_clocks_change(make: Make, work: Work) -> None:
    schedule = make("30 2 * * *", now=moment("2026-10-24T12:00"))
    now = moment("2026-10-24T23:00")
    while now < moment("2026-10-25T04:00"):
        work(now)
        now += timedelta(minutes=10)
    assert fires(schedule) == [("25 00:30", "event")]
    assert next_of(schedule) == "2026-10-26 01:30"
