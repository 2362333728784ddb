"""The steps that make, change, tag and talk about records."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount, User
from opsflows.events.models import Event
from opsflows.records.create_record import create_record, find_record
from opsflows.records.models import Record, Task
from opsflows.runs.models import Execution, Step
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAKE = {
    "type": "create_record",
    "recordType": "customer",
    "recordKey": "{{customerId}}",
    "data": {"name": "{{customerName}}", "value": "{{value}}"},
}
CHANGE = {
    "type": "update_record",
    "recordType": "customer",
    "recordKey": "{{customerId}}",
    "data": {"value": "{{value}}"},
}


def happened(engine: Engine, **data: Any) -> str:
    """Send the event; how the run ended, and why."""
    engine.emit("deal.won", **{"customerId": "c1", "customerName": "Acme", "value": Decimal("150000.50")} | data)
    engine.settle()
    run = Execution.objects.latest("id")
    return run.error_message or run.execution_status


def test_a_record_is_made_from_the_event(engine: Engine, live: Live, ada: User) -> None:
    live("deal.won", {**MAKE, "tags": ["New"], "owner": "ada"})
    assert happened(engine) == "completed"
    record = Record.objects.get()
    assert (record.type, record.key, record.title, record.owner) == ("customer", "c1", "Acme", ada)
    assert record.data == {"name": "Acme", "value": Decimal("150000.50")}
    assert [tag.name for tag in record.tags.all()] == ["new"]
    assert record.history.get().history_change_reason == f"run {engine.run().pk}"
    assert Step.objects.get().output_data["record_id"] == str(record.pk)
    assert Event.objects.get(name="record.created").cause_execution_id == engine.run().pk


@pytest.mark.parametrize(
    ("on_existing", "ends", "value", "tags"),
    [
        ("fail", "there is a customer with the key 'c1' already", 1, 0),
        ("keep", "completed", 1, 0),
        ("update", "completed", 2, 1),
    ],
)
def test_what_happens_to_a_key_that_is_taken(
    engine: Engine, live: Live, on_existing: str, ends: str, value: int, tags: int
) -> None:
    live("deal.won", {**MAKE, "onExisting": on_existing, "tags": ["twice"] if on_existing == "update" else []})
    happened(engine, value=1)
    Record.objects.get().tags.all().delete()
    assert ends in happened(engine, value=2)
    record = Record.objects.get()
    assert (record.data["value"], record.tags.count()) == (value, tags)


@pytest.mark.parametrize(
    ("on_missing", "ends", "made"),
    [("fail", "there is no customer with the key 'c1'", 0), ("skip", "completed", 0), ("create", "completed", 1)],
)
def test_what_happens_where_there_is_none(engine: Engine, live: Live, on_missing: str, ends: str, made: int) -> None:
    live("deal.won", {**CHANGE, "onMissing": on_missing})
    assert ends in happened(engine)
    assert Record.objects.count() == made


def test_a_change_leaves_other_fields_and_is_told(engine: Engine, live: Live, actor: Actor) -> None:
    record = create_record(
        actor=actor, record_type="customer", key="c1", title="Acme", data={"seats": 5, "value": 1}, now=NOW
    )
    live("deal.won", {**CHANGE, "title": "{{customerName}} Inc", "tags": ["big"]})
    assert happened(engine) == "completed"
    record.refresh_from_db()
    assert (record.title, record.data) == ("Acme Inc", {"seats": 5, "value": Decimal("150000.50")})
    assert Event.objects.filter(name="record.updated").order_by("pk")[0].payload.data["changed"] == ["title", "value"]


def test_a_record_is_found_by_its_id(engine: Engine, live: Live) -> None:
    live("deal.won", MAKE, {"type": "update_record", "recordId": "{{steps.a1.output.record_id}}", "data": {"x": 1}})
    assert happened(engine) == "completed"
    assert Record.objects.get().data["x"] == 1


def test_steps_about_a_record(engine: Engine, live: Live, ada: User) -> None:
    named = {"recordType": "customer", "recordKey": "{{customerId}}"}
    live(
        "deal.won",
        MAKE,
        {"type": "tag", "add": ["Gold", "{{tier}}"], "remove": ["x"], **named},
        {"type": "assign", "assignTo": "ada", **named},
        {"type": "log_activity", "text": "Worth {{value}}", **named},
        {"type": "create_task", "title": "Call", **named},
    )
    assert happened(engine, tier="EU") == "completed"
    record = Record.objects.get()
    assert (sorted(tag.name for tag in record.tags.all()), record.owner) == (["eu", "gold"], ada)
    assert record.activities.get(kind="note").text == "Worth 150000.50"
    assert Task.objects.get().record == record


ABOUT_IT = [
    {"type": "tag", "add": ["gold"]},
    {"type": "assign", "assignTo": "ada"},
    {"type": "log_activity", "text": "Called"},
]


@pytest.mark.parametrize("pause", [[], [{"type": "delay", "duration": "1 hour"}]])
@pytest.mark.parametrize("last", ["record", "offer", "task"])
def test_a_step_that_names_nothing_means_what_its_run_made_last(
    engine: Engine, live: Live, ada: User, last: str, pause: list[dict[str, Any]]
) -> None:
    steps = {
        "record": MAKE,
        "offer": {"type": "create_draft_offer"},
        "task": {"type": "create_task", "title": "Call"},
    }
    earlier = [step for name, step in steps.items() if name != last]
    live("deal.won", *earlier, steps[last], *pause, *ABOUT_IT)
    happened(engine)
    engine.pass_time(hours=2)
    assert engine.run().execution_status == "completed"
    record, offer, task = Record.objects.get(type="customer"), Record.objects.get(type="offer"), Task.objects.get()
    found = {"record": record.owner, "offer": offer.owner, "task": task.assignee}
    assert found == dict.fromkeys(found) | {last: ada}
    meant = {"record": record, "offer": offer, "task": task}[last]
    assert [tag.name for tag in meant.tags.all()] == ["gold"]
    assert meant.activities.get(kind="note").text == "Called"


@pytest.mark.parametrize(
    ("step", "named"),
    [
        *((step, "recordId and taskId: name neither") for step in ABOUT_IT),
        ({"type": "set_due_date", "dueDate": "today"}, "taskId: names no task"),
        ({"type": "tag", "add": ["x"], "taskId": "{{gone}}"}, "taskId"),
    ],
)
def test_a_record_that_the_run_only_found_is_not_what_it_made(
    engine: Engine, live: Live, actor: Actor, step: dict[str, Any], named: str
) -> None:
    create_record(actor=actor, record_type="customer", key="c1", title="Acme", now=NOW)
    live("deal.won", {**MAKE, "onExisting": "update"}, step)
    reason = happened(engine)
    assert named in reason
    assert "this run has made none" in reason


def test_only_tasks_are_planned_where_a_record_was_made_last(engine: Engine, live: Live) -> None:
    live("deal.won", {"type": "create_task", "title": "Call"}, MAKE, {"type": "add_to_project", "project": "X"})
    assert happened(engine) == "completed"
    assert Task.objects.get().project == "X"


def test_a_chain_that_is_too_long_still_changes_records(engine: Engine, live: Live) -> None:
    live("deal.won", {"type": "create_record", "recordType": "deal"})
    live("record.created", {"type": "create_record", "recordType": "deal", "title": "{{title}}!"}, name="Again")
    assert happened(engine) == "completed"
    assert Record.objects.count() == Execution.objects.count() == 9
    assert sorted(Event.objects.filter(name="record.created").values_list("depth", flat=True)) == list(range(1, 9))
    assert "record.created: This event" in Step.objects.latest("id").output_data["notes"][0]


def test_a_task_is_made_even_where_its_record_is_not_there(engine: Engine, live: Live) -> None:
    live("deal.won", {"type": "create_task", "title": "Call", "recordType": "customer", "recordKey": "gone"})
    assert happened(engine) == "completed"
    assert Task.objects.get().record is None
    assert "no customer with the key 'gone'" in Step.objects.get().output_data["notes"][0]


def test_the_records_of_another_account_are_not_touched(engine: Engine, live: Live) -> None:
    theirs = PlatformAccount.objects.create(slug="other", name="Other")
    record = create_record(
        actor=Actor(account_id=theirs.pk, user_id=None, role=None, door="system"),
        record_type="customer",
        key="c1",
        title="Theirs",
        now=NOW,
    )
    live("deal.won", CHANGE)
    assert "there is no customer" in happened(engine)
    live("deal.won", {"type": "update_record", "recordId": str(record.pk), "data": {"x": 1}}, name="By id")
    assert "there is no" in happened(engine)
    record.refresh_from_db()
    assert record.revision == 1


def test_a_record_that_changes_itself_comes_to_rest(engine: Engine, live: Live) -> None:
    live("record.updated", {"type": "update_record", "recordId": "{{recordId}}", "data": {"seen": True}})
    live("deal.won", MAKE, {**CHANGE, "data": {"x": 1}}, name="First")
    happened(engine)
    assert Record.objects.get().data["seen"] is True
    assert {run.execution_status for run in Execution.objects.all()} == {"completed"}
    assert Event.objects.filter(name="record.updated").count() == 2


@pytest.mark.parametrize("step", [{**MAKE, "onExisting": "update"}, {**CHANGE, "onMissing": "create"}])
def test_who_comes_second_with_a_new_key_changes_what_the_first_made(
    engine: Engine, live: Live, actor: Actor, monkeypatch: pytest.MonkeyPatch, step: dict[str, Any]
) -> None:
    create_record(actor=actor, record_type="customer", key="c1", title="First", data={"value": 1}, now=NOW)
    seen: list[str] = []

    def late(**names: Any) -> Record | None:
        seen.append(names["key"])
        return None if len(seen) == 1 else find_record(**names)

    for place in ("record", "target"):
        monkeypatch.setattr(f"opsflows.records.steps.{place}.find_record", late)
    live("deal.won", step)
    assert happened(engine) == "completed"
    assert Record.objects.get().data["value"] == Decimal("150000.50")


def test_an_empty_key_makes_no_nameless_record(engine: Engine, live: Live) -> None:
    live("deal.won", {**MAKE, "onExisting": "keep"})
    assert "recordKey: is empty" in happened(engine, customerId=None)
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ({**MAKE, "recordType": "Big Deal"}, "recordType"),
        ({"type": "create_record", "recordType": "deal", "onExisting": "keep"}, "recordKey"),
        ({"type": "update_record", "data": {"x": 1}}, "recordKey"),
        ({"type": "update_record", "recordKey": "k", "data": {"x": 1}}, "recordType"),
        ({"type": "update_record", "recordId": "{{id}}"}, "data"),
        ({"type": "update_record", "recordId": "{{id}}", "data": {"x": 1}, "onMissing": "create"}, "onMissing"),
        ({"type": "update_record", "recordId": "{{id}}", "recordType": "deal", "data": {"x": 1}}, "recordId"),
        ({"type": "tag"}, "add"),
        ({"type": "tag", "add": ["x"], "recordId": ""}, "recordId"),
        ({"type": "assign", "assignTo": " "}, "assignTo"),
        ({"type": "assign"}, "assignTo"),
        ({"type": "set_due_date", "dueDate": "someday"}, "dueDate"),
        ({"type": "add_to_project", "project": ""}, "project"),
        ({"type": "log_activity", "text": ""}, "text"),
        ({"type": "create_task_series", "tasks": []}, "tasks"),
        ({"type": "create_task_series", "tasks": [{"title": "x", "dueDate": "soon"}]}, "tasks[0].dueDate"),
        ({"type": "create_task_series", "tasks": [{}]}, "tasks[0].title"),
        ({"type": "create_draft_offer", "adjustments": {"discount": 101}}, "adjustments.discount"),
        ({"type": "create_draft_offer", "basedOn": " "}, "basedOn"),
    ],
)
def test_what_cannot_work_is_not_published(live: Live, step: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        live("deal.won", step)
    assert f"nodes[a1].config.{field}" in [problem.path for problem in caught.value.problems]
