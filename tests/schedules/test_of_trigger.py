"""A workflow's trigger of kind `schedule`: its schedule goes with what is live, and with nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount, User
from opsflows.runs.models import Execution
from opsflows.schedules import follow_trigger
from opsflows.schedules.change_schedule import change_schedule, delete_schedule, set_active
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.fire import NotFired
from opsflows.schedules.fire_now import fire_now
from opsflows.schedules.models import Schedule, ScheduleFire
from opsflows.schedules.trigger_data import trigger_data
from opsflows.studio.exchange.import_workflows import import_workflows
from opsflows.studio.exchange.plan import planned
from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.write import text_of, to_document
from opsflows.workflows.activate import set_active as set_live
from opsflows.workflows.admin.run_now import RunForm
from opsflows.workflows.admin.try_given import given
from opsflows.workflows.approve_publication import approve_publication
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.duplicate import duplicate
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import PublishRequest, Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.restore_version import restore_version
from opsflows.workflows.rule_form import to_graph
from opsflows.workflows.save_draft import create_workflow, update_draft
from tests.runs.engine import Engine
from tests.schedules.conftest import NOW, fires, moment, next_of

pytestmark = pytest.mark.django_db

Work = Callable[[datetime], bool]

#: 09:00 in Berlin, on the day after `NOW`.
NINE = moment("2026-03-03T08:00")
DAILY = {"schedule": {"cron": "0 9 * * *", "data": {"day": "{{today}}"}}}
MANUAL = {"manual": True}


def said(trigger: Any) -> dict[str, Any]:
    return to_graph({"trigger": trigger, "actions": [{"type": "create_task", "title": "Report of {{day}}"}]})


@pytest.fixture
def workflow(actor: Actor) -> Workflow:
    workflow = create_workflow(actor=actor, name="Daily report", workflow_data=said(DAILY))
    publish(actor=actor, workflow=workflow, now=NOW)
    return workflow


def say(actor: Actor, workflow: Workflow, trigger: Any, now: datetime = NOW) -> None:
    """Publish another trigger."""
    revision = Workflow.objects.get(pk=workflow.pk).revision
    update_draft(actor=actor, workflow=workflow, revision=revision, workflow_data=said(trigger))
    publish(actor=actor, workflow=workflow, now=now)


def own(workflow: Workflow) -> Schedule:
    return Schedule.objects.get(workflow=workflow, of_trigger=True)


def test_publishing_puts_it_in_place_and_it_starts_runs(workflow: Workflow, work: Work, engine: Engine) -> None:
    schedule = own(workflow)
    assert (schedule.name, schedule.cron, schedule.zone) == ("Daily report", "0 9 * * *", "Europe/Berlin")
    assert next_of(schedule) == "2026-03-03 08:00"
    assert not work(NINE - timedelta(seconds=1))
    assert work(NINE)
    run = engine.run()
    assert (run.workflow_id, run.origin, run.trigger_data) == (workflow.pk, "schedule", {"day": "2026-03-03"})
    assert fires(schedule) == [("03 08:00", "run")]


def test_a_draft_changes_nothing_and_publishing_changes_it(actor: Actor, workflow: Workflow) -> None:
    schedule = own(workflow)
    at_six = {"schedule": {"cron": "0 6 * * *", "zone": "UTC"}}
    update_draft(actor=actor, workflow=workflow, revision=1, workflow_data=said(at_six))
    assert next_of(schedule) == "2026-03-03 08:00"
    publish(actor=actor, workflow=workflow, now=NOW)
    changed = own(workflow)
    assert (changed.pk, changed.zone, changed.data) == (schedule.pk, "UTC", {})
    assert next_of(schedule) == "2026-03-03 06:00"


def test_the_same_times_published_anew_lose_no_fire(actor: Actor, workflow: Workflow, work: Work) -> None:
    other_data = {"schedule": {**DAILY["schedule"], "data": {"day": "{{yesterday}}"}}}
    say(actor, workflow, other_data, NINE + timedelta(seconds=1))
    assert work(NINE + timedelta(seconds=2))
    assert Execution.objects.get().trigger_data == {"day": "2026-03-02"}


def test_paused_it_rests_and_what_was_missed_is_not_made_up(actor: Actor, workflow: Workflow, work: Work) -> None:
    schedule = own(workflow)
    set_live(actor=actor, workflow=workflow, active=False, now=NOW)
    assert (own(workflow).is_active, next_of(schedule)) == (False, None)
    assert not work(NINE + timedelta(minutes=1))
    set_live(actor=actor, workflow=workflow, active=True, now=NINE + timedelta(minutes=2))
    assert next_of(schedule) == "2026-03-04 08:00"
    assert not work(NINE + timedelta(minutes=3))
    assert not Execution.objects.exists()
    assert not ScheduleFire.objects.exists()


def test_it_goes_with_the_trigger_and_comes_back_with_a_restored_version(actor: Actor, workflow: Workflow) -> None:
    say(actor, workflow, MANUAL)
    assert not Schedule.objects.exists()
    say(actor, workflow, "deal.won")
    restore_version(actor=actor, workflow=workflow, number=1, revision=3, now=NOW)
    assert not Schedule.objects.exists()
    publish(actor=actor, workflow=workflow, now=NOW)
    assert next_of(own(workflow)) == "2026-03-03 08:00"


@pytest.mark.parametrize("is_paused", [True, False])
def test_it_goes_with_its_workflow(actor: Actor, workflow: Workflow, is_paused: bool) -> None:
    if is_paused:
        set_live(actor=actor, workflow=workflow, active=False, now=NOW)
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=NOW)
    assert not Schedule.objects.exists()


def test_nobody_changes_it_behind_the_workflows_back(actor: Actor, workflow: Workflow) -> None:
    schedule = own(workflow)
    for act in (
        lambda: change_schedule(actor=actor, schedule=schedule, cron="0 3 * * *", now=NOW),
        lambda: set_active(actor=actor, schedule=schedule, active=False, now=NOW),
        lambda: delete_schedule(actor=actor, schedule=schedule, now=NOW),
    ):
        with pytest.raises(ValidationError, match="the trigger of the workflow “Daily report”"):
            act()  # type: ignore[no-untyped-call]
    assert own(workflow).cron == "0 9 * * *"
    assert change_schedule(actor=actor, schedule=schedule, cron="0 9 * * *", now=NOW).of_trigger


def test_it_can_be_fired_by_hand(actor: Actor, workflow: Workflow) -> None:
    done = fire_now(actor=actor, schedule=own(workflow), now=NOW)
    assert done.outcome == "run"
    assert next_of(own(workflow)) == "2026-03-03 08:00"


def test_names_are_the_workflows_and_may_be_taken(actor: Actor, workflow: Workflow) -> None:
    create_schedule(actor=actor, name="Daily report", cron="0 7 * * *", event_name="report.daily", now=NOW)
    twin = create_workflow(actor=actor, name="Daily report", workflow_data=said(DAILY))
    publish(actor=actor, workflow=twin, now=NOW)
    assert Schedule.objects.filter(name="Daily report").count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.filter(workflow=None).update(of_trigger=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.filter(workflow=twin).update(workflow=workflow)


def test_it_is_called_as_its_workflow_is(actor: Actor, workflow: Workflow) -> None:
    schedule = own(workflow)
    update_draft(actor=actor, workflow=workflow, revision=1, name="Report of the day")
    assert (own(workflow).pk, own(workflow).name) == (schedule.pk, "Report of the day")
    assert next_of(schedule) == "2026-03-03 08:00"


def test_what_is_no_part_of_what_is_live_makes_no_schedule(actor: Actor, workflow: Workflow) -> None:
    copy = duplicate(actor=actor, workflow_id=workflow.pk, now=NOW)
    document = text_of([to_document(copy)], "yaml").replace("(copy)", "(file)")
    plan = planned(actor=actor, imported=read_document(document, format="yaml"))
    import_workflows(actor=actor, plan=plan, now=NOW)
    assert Workflow.objects.count() == 3
    assert Schedule.objects.get() == own(workflow)
    import_workflows(
        actor=actor, plan=planned(actor=actor, imported=[each.imported for each in plan]), is_published=True, now=NOW
    )
    assert Schedule.objects.filter(of_trigger=True).count() == 2


def test_a_fire_that_is_due_while_it_is_paused_or_deleted_starts_nothing(
    actor: Actor, workflow: Workflow, work: Work
) -> None:
    schedule = own(workflow)
    set_live(actor=actor, workflow=workflow, active=False, now=NINE)
    assert not work(NINE + timedelta(seconds=1))
    with pytest.raises(NotFired, match=r"is paused; resume it\.$"):
        fire_now(actor=actor, schedule=schedule, now=NINE)
    delete_workflow(actor=actor, workflow_id=workflow.pk, now=NINE)
    assert not work(NINE + timedelta(seconds=2))
    with pytest.raises(Schedule.DoesNotExist):
        fire_now(actor=actor, schedule=schedule, now=NINE)
    assert not Execution.objects.exists()


def test_other_times_that_hold_a_time_fired_already_fire_it_no_second_time(
    actor: Actor, workflow: Workflow, work: Work
) -> None:
    """Whoever publishes may have a clock that is behind the worker's."""
    assert work(NINE)
    say(actor, workflow, {"schedule": {"cron": "0 9,10 * * *"}}, NINE - timedelta(seconds=5))
    work(NINE + timedelta(seconds=1))
    assert fires(own(workflow)) == [("03 08:00", "run")]
    assert next_of(own(workflow)) == "2026-03-03 09:00"
    assert Execution.objects.count() == 1


def test_four_eyes_hold_for_its_times(account: PlatformAccount, workflow: Workflow) -> None:
    asker, second = (User.objects.create_user(f"user{n}", password="x") for n in (1, 2))
    PlatformAccount.objects.update(requires_four_eyes=True)
    mine = Actor(account_id=account.pk, user_id=asker.pk, role="editor", door="page")
    with pytest.raises(PublishDeferred):
        say(mine, workflow, {"schedule": {"cron": "0 6 * * *"}})
    assert own(workflow).cron == "0 9 * * *"
    approver = Actor(account_id=account.pk, user_id=second.pk, role="admin", door="page")
    approve_publication(actor=approver, request_id=PublishRequest.objects.get().pk, now=NOW)
    assert (own(workflow).cron, next_of(own(workflow))) == ("0 6 * * *", "2026-03-03 05:00")


def test_publishing_and_its_schedule_are_one_act(
    actor: Actor, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(follow_trigger, "begin_anew", die)
    with pytest.raises(KeyboardInterrupt):
        say(actor, workflow, {"schedule": {"cron": "0 6 * * *"}})
    assert own(workflow).cron == "0 9 * * *"
    assert Workflow.objects.get(pk=workflow.pk).published_version.number == 1  # type: ignore[union-attr]


def test_what_cannot_be_kept_any_more_stands_still_and_says_why(actor: Actor, workflow: Workflow) -> None:
    set_live(actor=actor, workflow=workflow, active=False, now=NOW)
    version = workflow.published_version
    assert version is not None
    version.workflow_data = said({"schedule": {"cron": "@daily"}})
    version.save()
    set_live(actor=actor, workflow=workflow, active=True, now=NOW)
    state = own(workflow).state
    assert state.next_fire_at is None
    assert "five fields" in state.problem


def test_who_tries_it_or_runs_it_now_gets_what_its_schedule_gives(actor: Actor, workflow: Workflow) -> None:
    data = trigger_data(workflow, workflow.workflow_data, now=NOW)
    assert data == {"day": "2026-03-02"}
    assert RunForm(row=workflow).fields["like"].initial == "schedule"
    assert given(workflow, "").data["day"]
    say(actor, workflow, MANUAL)
    assert trigger_data(workflow, Workflow.objects.get(pk=workflow.pk).workflow_data, now=NOW) == {}
    assert trigger_data(workflow, said({"schedule": {"data": {"day": "{{#if x}}"}}}), now=NOW) == {}
