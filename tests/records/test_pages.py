"""Records and tasks in the admin: found through an index, written without JSON, given to people."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from opsflows.events.models import Event
from opsflows.messages.models import Notification
from opsflows.records.admin.record_form import RecordForm, typed
from opsflows.records.admin.record_types import types_of
from opsflows.records.create_record import create_record
from opsflows.records.models import Activity, Record, Task
from opsflows.rules.text import to_text
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, admin, alpha, beta, signed_in, viewer
from tests.admin.test_queries import assert_fixed, queries
from tests.admin.world import World, person

__all__ = ["_served", "admin", "alpha", "beta", "viewer"]

pytestmark = pytest.mark.django_db


def made(world: World, record_type: str = "customer", **fields: Any) -> Record:
    return create_record(
        actor=world.actor, record_type=record_type, **{"title": "Acme", "now": timezone.now()} | fields
    )


def rows(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    return {"fields-name": [name for name, _ in pairs], "fields-value": [value for _, value in pairs]}


def shown(client: Client, query: str) -> list[Record]:
    found: list[Record] = client.get(listing(Record) + query).context["cl"].result_list
    return found


def test_a_record_is_written_in_rows(admin: Client, alpha: World) -> None:
    data = rows(("seats", "12"), ("zip", "01067"), ("code", "“4711”"), ("paid", "true"), ("fee", "12.50"), ("", ""))
    answer = admin.post(adding(Record), {"record_type": "customer", "title": "Acme", "key": "c1", **data}, follow=True)
    assert "The record is there." in answer.content.decode()
    record = Record.objects.get()
    assert record.data == {"seats": 12, "zip": "01067", "code": "4711", "paid": True, "fee": Decimal("12.50")}
    assert (record.account, record.key) == (alpha.account, "c1")
    assert Record.history.get().history_door == "admin"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"record_type": "Big Deal"}, "record_type"),
        ({"title": " "}, "title"),
        ({"key": "taken"}, "key"),
        (rows(("", "orphan")), "fields"),
        (rows(("x", "1"), ("x", "2")), "fields"),
        (rows(("n" * 101, "1")), "fields"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    admin: Client, alpha: World, change: dict[str, Any], field: str
) -> None:
    made(alpha, key="taken")
    answer = admin.post(adding(Record), {"record_type": "customer", "title": "x", "key": "", **change})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert Record.objects.count() == 1


def test_what_fits_into_no_row_stays(admin: Client, alpha: World) -> None:
    kept = {"lines": [1, 2], "address": {"city": "Kiel"}, "letter": "Dear\nAda", "none": None}
    record = made(alpha, data={**kept, "seats": 5, "plan": "gold"})
    data = {"title": "Acme", "revision": 1, **rows(("seats", "6"), ("since", "2026"))}
    admin.post(act(record, "edit"), data)
    record.refresh_from_db()
    assert record.data == {**kept, "seats": 6, "since": 2026}
    answer = admin.post(act(record, "edit"), {"title": "Acme", "revision": 2, **rows(("lines", "1"))})
    assert "does not fit into a row" in answer.content.decode()


def test_an_edit_of_an_old_state_is_refused(admin: Client, alpha: World) -> None:
    record = made(alpha, data={"seats": 5})
    admin.post(act(record, "edit"), {"title": "Acme", "revision": 1, **rows(("seats", "6"))})
    answer = admin.post(act(record, "edit"), {"title": "Acme", "revision": 1, **rows(("seats", "7"))}, follow=True)
    assert "Somebody else changed this record" in answer.content.decode()
    record.refresh_from_db()
    assert record.data == {"seats": 6}


plain = (
    st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2, max_value=10**12, min_value=-(10**12))
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
    | st.sampled_from(["007", "true", "1e5", "12", "", "“x”", "+49 431", "½"])
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=5), plain, max_size=4))
def test_a_form_that_nobody_touched_changes_nothing(data: dict[str, Any]) -> None:
    record = Record(title="x", data=data)
    form = RecordForm(row=record)
    unchanged = {name: typed(value, form.shown.get(name)) for name, value in form.fields["fields"].initial if name}
    assert unchanged == form.shown
    assert [type(value) for value in unchanged.values()] == [type(value) for value in form.shown.values()]


@given(plain)
def test_what_is_typed_reads_back_the_same(value: Any) -> None:
    text = to_text(value)
    if not (len(text) > 1 and text[0] in "“" and text[-1] in "”"):
        assert to_text(typed(text)) == text


def test_records_are_found_by_type_by_key_and_by_title(admin: Client, alpha: World, beta: World) -> None:
    acme = made(alpha, key="cus_1", title="Ärger & Söhne")
    deal = made(alpha, "deal", key="d_1", title="Acme 2026")
    made(alpha, "deal", title="Beyond")
    made(beta, "secret_type", key="cus_2", title="Acme of others")
    assert types_of(alpha.account.pk) == ["customer", "deal"]
    assert "secret_type" not in admin.get(listing(Record)).content.decode()
    assert shown(admin, "?type=customer") == [acme]
    assert shown(admin, "?q=cus_") == [acme]
    assert shown(admin, "?q=ärger") == [acme]
    assert shown(admin, "?q=ACME") == [deal]
    assert shown(admin, "?q=d_1&type=customer") == []
    assert shown(admin, f"?q={acme.pk}") == [acme]
    assert shown(admin, "?q=%25") == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"LIMIT 51": "record_newest"}),
        ("?type=customer", {"LIMIT 51": "record_newest_of_type", "RECURSIVE": "record_newest_of_type"}),
        ("?q=a", {'"key" >=': "record_(by_key|key_once)", '"title_sought" >=': "record_by_title"}),
    ],
)
def test_lists_and_searches_go_through_their_indexes(
    admin: Client, alpha: World, query: str, wanted: dict[str, str]
) -> None:
    alpha.add(2)
    asked = [sql for sql in queries(admin, listing(Record) + query) if "records" in sql]
    for mark, index in wanted.items():
        sql = next(
            sql for sql in asked if (mark in sql and 'FROM "records"' in sql) or (mark == "RECURSIVE" and mark in sql)
        )
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            plan = " ".join(str(row) for row in cursor.fetchall())
        assert re.search(rf"INDEX {index}\b", plan), plan


def test_a_record_around_which_much_happened(admin: Client, alpha: World) -> None:
    record = made(alpha)

    def happen(count: int) -> None:
        for number in range(count):
            Task.objects.create(
                account=alpha.account,
                title=f"t{number}",
                created_at=timezone.now(),
                record=record,
                assignee=alpha.admin,
            )
            Activity.objects.create(
                account=alpha.account, record=record, at=timezone.now(), kind="note", text="x", user_id=alpha.admin.pk
            )
            made(alpha, "offer", based_on=record)

    happen(2)
    assert_fixed(admin, page(record), lambda: happen(30))


def test_a_records_page_shows_what_is_around_it(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event())
    record = made(alpha, key="c1", data={"seats": 5}, tags=["gold"])
    made(alpha, "offer", title="Offer one", based_on=record)
    Activity.objects.create(
        account=alpha.account, record=record, at=timezone.now(), kind="call", text="<b>Yes", execution_id=run.pk
    )
    data = {"title": "Call them", "description": "", "who": "", "due": "+1 day", "priority": "high", "project": ""}
    admin.post(act(record, "task"), data)
    html = admin.get(page(record)).content.decode()
    for text in ("gold", "Offer one", "Call them", "&lt;b&gt;Yes", page(run)):
        assert text in html
    offer = admin.get(page(Record.objects.get(type="offer"))).content.decode()
    assert page(record) in offer
    assert Task.objects.get().record == record


def test_work_is_given_to_people_and_teams(admin: Client, alpha: World, beta: World) -> None:
    alpha.add(1)
    task, record = Task.objects.get(account=alpha.account), Record.objects.get(account=alpha.account)
    vera = person(alpha.account, "vera2", "viewer")
    admin.post(act(task, "assign"), {"who": f"person:{vera.pk}"})
    task.refresh_from_db()
    assert (task.assignee, task.assigned_to) == (vera, "vera2")
    assert Notification.objects.filter(user=vera).count() == 1
    html = admin.post(act(task, "assign"), {"who": f"team:team {alpha.mark}-1"}, follow=True).content.decode()
    assert f"Assigned to {alpha.mark}-1." in html
    admin.post(act(record, "owner"), {"who": ""})
    record.refresh_from_db()
    assert record.owner is None
    answer = admin.post(act(task, "assign"), {"who": f"person:{beta.admin.pk}"})
    assert answer.status_code == 400


def test_a_task_is_made_planned_tagged_and_ended(admin: Client, alpha: World) -> None:
    me = f"person:{alpha.admin.pk}"
    data = {"title": "Call", "description": "Now", "who": me, "due": "2026-03-31", "priority": "low", "project": "P"}
    admin.post(adding(Task), data)
    task = Task.objects.get()
    assert (task.assignee, task.priority, task.project) == (alpha.admin, "low", "P")
    assert task.due_at is not None
    assert task.due_at.isoformat() == "2026-03-31T21:59:00+00:00"
    # Whoever gives a task to themselves knows of it.
    assert not Notification.objects.exists()
    for name, form, said in (
        ("due", {"due": ""}, "no due date any more"),
        ("project", {"project": "Q"}, "belongs to Q"),
        ("tags", {"tags": "Big deal, gold"}, "tags are saved"),
        ("note", {"kind": "call", "text": "They agreed"}, "Written down"),
        ("cancel", {}, "Cancelled."),
        ("reopen", {}, "open again"),
        ("done", {}, "Done."),
    ):
        assert said in admin.post(act(task, name), form, follow=True).content.decode(), name
    task.refresh_from_db()
    assert (task.due_at, task.project, task.status) == (None, "Q", "done")
    assert sorted(tag.name for tag in task.tags.all()) == ["big deal", "gold"]
    assert "They agreed" in admin.get(page(task)).content.decode()
    assert list(Event.objects.values_list("name", flat=True).order_by("pk"))[-1] == "task.completed"


def test_a_date_that_is_none_is_said_at_its_field(admin: Client, alpha: World) -> None:
    task = alpha.add(1) and Task.objects.get()
    answer = admin.post(act(task, "due"), {"due": "someday"})
    assert list(answer.context["form"].errors) == ["due"]


def test_tags_that_somebody_else_puts_on_meanwhile_stay(admin: Client, alpha: World) -> None:
    record = made(alpha, tags=["one", "two"])
    form = admin.get(act(record, "tags")).context["form"]
    assert form.fields["tags"].initial == "one, two"
    admin.post(act(record, "tags"), {"tags": "one, Three"})
    assert sorted(tag.name for tag in record.tags.all()) == ["one", "three"]


@pytest.mark.parametrize("role", ["viewer", "approver"])
def test_who_may_change_records_is_said_by_the_role(alpha: World, role: str) -> None:
    task, record = (alpha.add(1), Task.objects.get(), Record.objects.get())[1:]
    client = signed_in(person(alpha.account, "pat", role))
    allowed = role == "approver"
    assert (act(record, "edit") in client.get(page(record)).content.decode()) is allowed
    assert client.get(adding(Record)).status_code == (200 if allowed else 403)
    assert client.post(act(task, "done")).status_code == (302 if allowed else 403)
    task.refresh_from_db()
    assert task.status == ("done" if allowed else "open")


def test_a_trace_leads_to_what_its_steps_made(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=0)
    record, [first, second] = made(alpha), [alpha.run(run.workflow, None) for _ in range(2)]
    ids = [str(first.pk), str(second.pk)]
    for step_id, kind, output in (
        ("a1", "create_record", {"record_id": str(record.pk)}),
        ("a2", "create_task_series", {"task_ids": ids}),
        ("x", "set", {"execution_id": str(first.pk)}),
    ):
        alpha.step(run, step_id, step_config={"kind": kind, "label": ""}, output_data=output)
    html = admin.get(page(run)).content.decode()
    assert page(record) in html
    assert [text in html for text in ("Open task 1", "Open task 2", "Open the run")] == [True, True, False]
