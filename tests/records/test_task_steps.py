"""The steps that make tasks, give them away, plan and tag them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opsflows.accounts.models import PlatformAccount, Recipient, Team, TeamMember, User
from opsflows.events.models import Event
from opsflows.records.models import Activity, Task
from opsflows.runs.models import Execution, Step
from opsflows.workflows.models import Workflow
from tests.records.conftest import person
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]

CALL = {"type": "create_task", "title": "Call {{name}}"}


def output(node_id: str) -> Any:
    return Step.objects.filter(step_id=node_id).latest("id").output_data


def test_a_name_that_stands_for_nobody_yet_keeps_its_task(engine: Engine, live: Live) -> None:
    live("deal.won", {**CALL, "assignTo": "engineering_lead"})
    engine.emit("deal.won", name="Acme")
    engine.settle()
    task = Task.objects.get()
    assert (task.assigned_to, task.assignee) == ("engineering_lead", None)
    assert "engineering_lead" in output("a1")["notes"][0]
    assert engine.run().execution_status == "completed"


def test_a_person_that_the_event_names_gets_the_task(
    engine: Engine, live: Live, account: PlatformAccount, ada: User
) -> None:
    Recipient.objects.update_or_create(
        account=account, name_key="account_owner", defaults={"name": "account_owner", "event_field": "ownerEmail"}
    )
    live("deal.won", {**CALL, "assignTo": "account_owner"})
    engine.emit("deal.won", name="Acme", ownerEmail="ada@example.com")
    engine.settle()
    assert Task.objects.get().assignee == ada
    assert output("a1")["assignee"] == "ada"
    assert "notes" not in output("a1")


@pytest.fixture
def support(account: PlatformAccount, actor: Any, ada: User) -> Team:
    team = Team.objects.create(account=account, name="support")
    for place, user in enumerate([ada, person(actor, account, "bob")]):
        TeamMember.objects.create(team=team, user=user, position=place)
    return team


def test_a_team_takes_turns_and_one_turn_for_a_series(engine: Engine, live: Live, support: Team) -> None:
    series = {"type": "create_task_series", "tasks": [{"title": "1"}, {"title": "2"}], "assignTo": "support"}
    live("deal.won", series)
    for _ in range(2):
        engine.emit("deal.won")
    engine.settle()
    given = Task.objects.order_by("pk").values_list("title", "assignee__username")
    assert sorted(given) == [("1", "ada"), ("1", "bob"), ("2", "ada"), ("2", "bob")]


def test_a_series(engine: Engine, live: Live, ada: User) -> None:
    tasks = [
        {"title": "Kickoff with {{name}}", "dueDate": "+1 day", "tags": ["first"]},
        {"title": "Check-in", "dueDate": "+14 days", "assignTo": "ada", "project": "Care", "priority": "low"},
    ]
    live(
        "deal.won",
        {"type": "create_task_series", "tasks": tasks, "assignTo": "cs", "project": "Start", "tags": ["all"]},
    )
    engine.emit("deal.won", name="Acme")
    engine.settle()
    first, second = Task.objects.order_by("pk")
    assert (first.title, first.assigned_to, first.project) == ("Kickoff with Acme", "cs", "Start")
    assert (second.assignee, second.project, second.priority) == (ada, "Care", "low")
    assert second.due_at == datetime(2026, 3, 16, 22, 59, tzinfo=UTC)
    assert [sorted(tag.name for tag in task.tags.all()) for task in (first, second)] == [["all", "first"], ["all"]]
    assert output("a1")["task_ids"] == [str(first.pk), str(second.pk)]


def test_a_series_is_made_whole_or_not_at_all(engine: Engine, live: Live) -> None:
    tasks = [{"title": "1"}, {"title": "2", "dueDate": "{{when}}"}]
    live(
        "deal.won", {"type": "create_task_series", "tasks": tasks}, settings={"errorHandling": {"onError": "continue"}}
    )
    engine.emit("deal.won", when="someday soon")
    engine.settle()
    assert "tasks[1].dueDate" in (Step.objects.get().error_message or "")
    assert not Task.objects.exists()
    assert not Event.objects.filter(name="task.created").exists()


def test_later_steps_mean_the_task_made_last(engine: Engine, live: Live, ada: User) -> None:
    live(
        "deal.won",
        {"type": "create_task", "title": "First"},
        {"type": "create_task", "title": "Last"},
        {"type": "assign", "assignTo": "ada"},
        {"type": "set_due_date", "dueDate": "2026-04-01"},
        {"type": "add_to_project", "project": "Renewals"},
        {"type": "tag", "add": ["Urgent"]},
        {"type": "log_activity", "text": "Asked {{name}}", "activity": "call"},
    )
    engine.emit("deal.won", name="Acme")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.COMPLETED
    first, last = Task.objects.order_by("pk")
    assert (first.assignee, first.due_at, first.project, first.tags.count()) == (None, None, "", 0)
    assert (last.assignee, last.project, [tag.name for tag in last.tags.all()]) == (ada, "Renewals", ["urgent"])
    assert last.due_at == datetime(2026, 4, 1, 21, 59, tzinfo=UTC)
    told = Activity.objects.filter(task=last).order_by("pk")
    assert list(told.values_list("kind", "text")) == [("tagged", "urgent"), ("call", "Asked Acme")]
    assert {activity.execution_id for activity in told} == {engine.run().pk}
    assert {state.history_change_reason for state in last.history.all()} == {f"run {engine.run().pk}"}


def test_tasks_are_named_by_the_output_of_a_step(engine: Engine, live: Live) -> None:
    series = {"type": "create_task_series", "tasks": [{"title": "1"}, {"title": "2"}]}
    live(
        "deal.won",
        series,
        {"type": "create_task", "title": "3"},
        {"type": "add_to_project", "project": "X", "taskId": "{{steps.a1.output.task_ids}}"},
    )
    engine.emit("deal.won")
    engine.settle()
    assert sorted(Task.objects.values_list("title", "project")) == [("1", "X"), ("2", "X"), ("3", "")]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"type": "assign", "assignTo": "ada"}, "this run has made none"),
        ({"type": "set_due_date", "dueDate": "today"}, "this run has made none"),
        ({"type": "assign", "assignTo": "{{gone}}"}, "assignTo: names nobody"),
        ({"type": "set_due_date", "dueDate": "{{gone}}"}, "dueDate: is empty"),
        ({"type": "add_to_project", "project": "{{gone}}"}, "project: is empty"),
        ({"type": "tag", "add": ["x"], "taskId": "nonsense"}, "there is no task 'nonsense'"),
        ({"type": "log_activity", "text": "x", "recordType": "deal", "recordKey": "{{gone}}"}, "recordKey: names no"),
        ({"type": "tag", "add": ["x"], "recordType": "deal", "recordKey": "d1"}, "there is no deal with the key 'd1'"),
    ],
)
def test_what_is_not_there_is_said(engine: Engine, live: Live, step: dict[str, Any], reason: str) -> None:
    live("deal.won", step)
    engine.emit("deal.won")
    engine.settle()
    assert engine.run().execution_status == Execution.Status.FAILED
    assert reason in (engine.run().error_message or "")


def test_what_is_not_there_may_be_passed_over(engine: Engine, live: Live) -> None:
    live("deal.won", {"type": "tag", "add": ["x"], "onMissing": "skip"}, CALL)
    engine.emit("deal.won")
    engine.settle()
    assert engine.steps("step_status") == ["skipped", "completed"]


def test_variables_that_are_empty_are_no_tags(engine: Engine, live: Live) -> None:
    live("deal.won", {**CALL, "tags": ["{{gone}}", "new, {{name}}"]}, {"type": "tag", "add": ["{{gone}}"]})
    engine.emit("deal.won", name="Acme")
    engine.settle()
    assert engine.steps("step_status") == ["completed", "skipped"]
    assert [tag.name for tag in Task.objects.get().tags.all()] == ["acme", "new"]


def test_the_tasks_of_another_account_are_not_touched(engine: Engine, live: Live) -> None:
    theirs = PlatformAccount.objects.create(slug="other", name="Other")
    task = Task.objects.create(account=theirs, title="Theirs", created_at=engine.now)
    live("deal.won", {"type": "add_to_project", "project": "X", "taskId": "{{id}}"})
    engine.emit("deal.won", id=str(task.pk))
    engine.settle()
    assert "there is no task" in (engine.run().error_message or "")
    task.refresh_from_db()
    assert task.project == ""


def test_tasks_that_make_tasks_are_cut_by_the_event_that_is_left_out(engine: Engine, live: Live, ada: User) -> None:
    live("task.created", {"type": "create_task", "title": "Again", "assignTo": "ada"})
    engine.emit("task.created")
    engine.settle()
    runs = Execution.objects.order_by("depth")
    assert [(run.depth, run.execution_status) for run in runs] == [(depth, "completed") for depth in range(9)]
    assert set(Task.objects.values_list("execution_id", flat=True)) == {run.pk for run in runs}
    told = Event.objects.filter(cause_execution_id__isnull=False, name="task.created")
    assert list(told.order_by("depth").values_list("cause_execution_id", flat=True)) == [run.pk for run in runs[:8]]
    outputs = [Step.objects.get(execution=run).output_data for run in runs]
    assert not any("notes" in each for each in outputs[:8])
    assert [note.split(":")[0] for note in outputs[8]["notes"]] == ["task.created", "task.assigned"]
    assert "at most 8" in outputs[8]["notes"][0]
