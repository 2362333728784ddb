"""A workflow for records: the list is frozen, each record is read when its turn comes."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor, Forbidden, system_actor
from opsflows.accounts.models import PlatformAccount, User
from opsflows.records.create_record import create_record
from opsflows.records.models import Record
from opsflows.records.start_batch import prepare_records
from opsflows.records.tag import tag_record
from opsflows.runs.batches import parts
from opsflows.runs.batches.begin import begin_batch
from opsflows.runs.batches.refusal import WrongList
from opsflows.runs.batches.standing import Standing, standing_of
from opsflows.runs.models import Execution, RunBatch
from opsflows.workflows.models import Workflow
from tests.admin.conftest import _served, admin, alpha, beta, signed_in, viewer
from tests.admin.world import World
from tests.records.conftest import as_role
from tests.runs.batches.conftest import GREET, work
from tests.runs.conftest import NOW
from tests.runs.engine import Engine

__all__ = ["_served", "admin", "alpha", "beta", "viewer"]
pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/admin/records/record/start-batch/"


@pytest.fixture
def workflow(live: Callable[..., Workflow]) -> Workflow:
    return live("a.b", {**GREET, "values": {"greeting": "{{record.title}}, {{country}}"}})


@pytest.fixture
def customers(actor: Actor) -> list[Record]:
    def make(number: int) -> Record:
        return create_record(
            actor=actor,
            record_type="customer",
            title=f"C{number}",
            key=f"c{number}",
            data={"country": "DE", "record": "hidden"},
            now=NOW,
        )

    return [make(number) for number in range(3)]


def prepare(actor: Actor, workflow: Workflow, rows: Any = None) -> RunBatch:
    records = Record.objects.all() if rows is None else rows
    return prepare_records(actor=actor, workflow_id=workflow.pk, records=records, asked="All records", now=NOW)


def test_a_run_knows_its_record(
    actor: Actor, workflow: Workflow, customers: list[Record], ada: User, engine: Engine
) -> None:
    first = customers[0]
    tag_record(actor=actor, record_id=first.pk, add=["vip", "eu"], now=NOW)
    Record.objects.filter(pk=first.pk).update(owner=ada)
    batch = prepare(actor, workflow)
    # Read when its turn comes.
    Record.objects.filter(pk=first.pk).update(title="Renamed")
    work(begin_batch(actor=actor, batch_id=batch.pk, now=NOW))
    run = Execution.objects.earliest("id")
    assert run.trigger_data["country"] == "DE"
    known = run.trigger_data["record"]
    assert (known["id"], known["type"], known["key"], known["title"]) == (str(first.pk), "customer", "c0", "Renamed")
    assert (known["tags"], known["owner"], known["ownerEmail"]) == (["eu", "vip"], "ada", "ada@example.com")
    engine.settle()
    assert "Renamed, DE" in {row.variable_value for row in run.variables.all()}


def test_the_list_is_frozen(actor: Actor, workflow: Workflow, customers: list[Record], engine: Engine) -> None:
    batch = prepare(actor, workflow, Record.objects.filter(type="customer"))
    Record.objects.filter(pk=customers[0].pk).update(type="lead")
    customers[1].delete()
    create_record(actor=actor, record_type="customer", title="Late", now=NOW)
    batch = work(begin_batch(actor=actor, batch_id=batch.pk, now=NOW))
    assert [run.trigger_data["record"]["title"] for run in Execution.objects.order_by("id")] == ["C0", "C2"]
    assert (batch.started, batch.skipped, standing_of(batch)) == (2, 1, Standing.DONE)
    assert batch.problems == [[2, "The record was deleted meanwhile."]]


def test_limits_and_permission(
    actor: Actor, account: PlatformAccount, workflow: Workflow, customers: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WrongList, match="no such records"):
        prepare(actor, workflow, Record.objects.filter(type="deal"))
    with pytest.raises(Forbidden):
        prepare(as_role(account, "approver"), workflow)
    assert parts.MOST_ROWS == 50_000
    monkeypatch.setattr("opsflows.records.start_batch.MOST_ROWS", 2)
    with pytest.raises(WrongList, match="more than 2 records"):
        prepare(actor, workflow)


def test_records_of_another_account_are_none(actor: Actor, workflow: Workflow, customers: list[Record]) -> None:
    other = system_actor(PlatformAccount.objects.create(slug="globex", name="Globex").pk)
    create_record(actor=other, record_type="customer", title="Theirs", now=NOW)
    assert prepare(actor, workflow).total == 3
    with pytest.raises(Workflow.DoesNotExist):
        prepare(other, workflow)


def test_from_the_list_to_the_preview(admin: Client, alpha: World, beta: World) -> None:
    alpha.add(2)
    beta.add(1)
    shown = admin.get("/admin/records/record/", {"type": "customer", "q": "record alpha-1"}).content.decode()
    assert "Start a workflow for these…" in shown
    assert f"{PAGE}?q=record+alpha-1&amp;type=customer" in shown
    workflow = Workflow.objects.get(account=alpha.account, workflow_name="alpha-1")
    url = f"{PAGE}?type=customer&q=record+alpha-1"
    page = admin.get(url)
    assert page.context["number"] == 1
    assert "whose key or title begins with “record alpha-1”" in page.content.decode()
    preview = admin.post(url, {"workflow": str(workflow.pk)}, follow=True)
    batch = RunBatch.objects.get(source="records")
    assert (batch.total, batch.created_by, standing_of(batch)) == (1, alpha.admin, Standing.PREPARED)
    assert "record alpha-1" in preview.content.decode()
    # Anybody else's workflow is no choice.
    theirs = Workflow.objects.get(account=beta.account)
    assert admin.post(url, {"workflow": str(theirs.pk)}).status_code == 400


def test_ticked_records(admin: Client, viewer: Client, alpha: World, beta: World) -> None:
    alpha.add(3)
    beta.add(1)
    ids = list(map(str, Record.objects.filter(account=alpha.account).values_list("pk", flat=True)[:2]))
    ticked = {"action": "start_for_ticked", "_selected_action": ids}
    page = admin.post("/admin/records/record/", ticked, follow=True)
    assert page.redirect_chain[0][0].startswith(f"{PAGE}?ids=")
    assert "2 records, chosen by hand" in page.content.decode()
    theirs = Record.objects.get(account=beta.account).pk
    assert admin.get(PAGE, {"ids": f"{theirs},nonsense,{uuid.uuid4()}"}).context["number"] == 0
    assert viewer.get(PAGE).status_code == 403
    assert "start-batch" not in viewer.get("/admin/records/record/").content.decode()
    assert not Execution.objects.filter(origin="batch").exists()


@pytest.mark.parametrize(
    ("query", "number"), [("", 2), ("?type=customer", 2), ("?type=deal", 0), ("?q=key-alpha-2", 1), ("?q=a%00", 0)]
)
def test_which_records_an_address_means(admin: Client, alpha: World, query: str, number: int) -> None:
    alpha.add(2)
    assert admin.get(PAGE + query).context["number"] == number


def test_somebody_without_an_account(alpha: World) -> None:
    alpha.admin.memberships.all().delete()
    assert signed_in(alpha.admin).get(PAGE).status_code == 403
