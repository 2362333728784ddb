"""The query step in a workflow: published, run, refused, repeated, and given to a person where nobody can know."""

import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.databases import access
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import Database, Statement
from opsflows.runs.models import Execution
from opsflows.runs.resolve_unclear import resolve_unclear
from opsflows.workflows.gates import PublishRefused
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.refresh_references import refresh_references
from tests.databases.conftest import NOW
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)
Live = Callable[..., Workflow]
Named = Callable[..., Statement]

SINCE = {
    "type": "query",
    "database": "sales",
    "sql": "SELECT id, email, score FROM contacts WHERE updated_at > :last_sync",
    "parameters": {"last_sync": "{{sync.last_at}}"},
}
PAY = {
    "type": "query",
    "database": "sales",
    "statement": "add-payment",
    "parameters": {"customer": "{{customer}}", "amount": "{{amount}}"},
}
INSERT = "INSERT INTO payments (reference, customer_id, amount) VALUES (:key, :customer, :amount)"


def ran(engine: Engine, **data: Any) -> Execution:
    engine.emit("payment.received", **data)
    engine.settle()
    return engine.run()


def payments(database: Database, folder: Path) -> list[Any]:
    file = sqlite3.connect(folder / str(database.account_id) / database.database_name)
    try:
        return file.execute("SELECT customer_id, amount FROM payments").fetchall()
    finally:
        file.close()


def test_what_changed_since_the_last_time_is_read(engine: Engine, live: Live, sales: Database) -> None:
    live("payment.received", SINCE, {"type": "set", "values": {"first": "{{steps.a1.output.row.email}}"}})
    assert ran(engine, sync={"last_at": "2026-02-15"}).execution_status == "completed"
    query, after = engine.steps("output_data")
    assert query["rows"] == [{"id": 1, "email": "ada@example.com", "score": Decimal("19.99")}]
    assert after == {"first": "ada@example.com"}


@pytest.mark.postgres
def test_postgresql_is_asked_the_same_way(engine: Engine, live: Live, crm: Database) -> None:
    live("payment.received", {**SINCE, "database": "crm"})
    assert ran(engine, sync={"last_at": "2026-02-15T00:00:00Z"}).execution_status == "completed"
    assert engine.steps("output_data")[0]["rows"][0]["score"] == Decimal("19.99")


def test_a_payment_is_written_once(engine: Engine, live: Live, sales: Database, folder: Path, named: Named) -> None:
    named(sales, "add-payment", INSERT, writes=True)
    live("payment.received", PAY)
    assert ran(engine, customer="cus_1", amount=Decimal("99.00")).execution_status == "completed"
    assert engine.steps("output_data")[0]["affected"] == 1
    assert payments(sales, folder) == [("cus_1", 99)]


def test_a_row_limit_of_the_step_only_lowers_it(engine: Engine, live: Live, sales: Database) -> None:
    sales.row_limit = 1
    sales.save()
    live("payment.received", {"type": "query", "database": "sales", "sql": "SELECT id FROM contacts", "limit": 5000})
    ran(engine)
    assert (engine.steps("output_data")[0]["count"], engine.steps("output_data")[0]["truncated"]) == (1, True)


def test_a_statement_that_is_not_named_for_writing_does_not_write(
    engine: Engine, live: Live, sales: Database, folder: Path, named: Named
) -> None:
    statement = named(sales, "add-payment", INSERT, writes=True)
    live("payment.received", PAY)
    # An administrator thinks better of it; what is published has to obey at once.
    statement.writes = False
    statement.save()
    run = ran(engine, customer="cus_1", amount=1)
    assert (run.execution_status, "INSERT" in str(run.error_message)) == ("failed", True)
    assert payments(sales, folder) == []


@pytest.mark.parametrize("what", ["database", "statement", "gone"])
def test_what_is_switched_off_is_not_asked(
    engine: Engine, live: Live, sales: Database, folder: Path, named: Named, what: str
) -> None:
    statement = named(sales, "add-payment", INSERT, writes=True)
    live("payment.received", PAY)
    if what == "gone":
        statement.delete()
    else:
        row: Any = sales if what == "database" else statement
        row.is_active = False
        row.save()
    run = ran(engine, customer="cus_1", amount=1)
    assert run.execution_status == "failed"
    assert ("no longer there" if what == "gone" else "is switched off") in str(run.error_message)
    assert payments(sales, folder) == []


def test_a_run_keeps_the_text_of_its_version(
    actor: Actor, engine: Engine, live: Live, sales: Database, folder: Path, named: Named
) -> None:
    statement = named(sales, "add-payment", INSERT, writes=True)
    workflow = live("payment.received", PAY)
    statement.sql = INSERT.replace(":amount", ":amount * 2")
    statement.save()
    ran(engine, customer="cus_1", amount=1)
    assert payments(sales, folder) == [("cus_1", 1)]
    # The newest text takes one more value, which the step does not give.
    statement.sql = INSERT.replace(":amount", ":amount * :factor")
    statement.save()
    with pytest.raises(PublishRefused, match=":factor"):
        refresh_references(actor=actor, workflow=workflow, now=NOW)


def test_no_secret_is_written_down(engine: Engine, live: Live, sales: Database) -> None:
    sales.password = "s3cret-password"
    sales.save()
    live("payment.received", SINCE | {"sql": "SELECT :api_token AS t", "parameters": {"api_token": "{{token}}"}})
    ran(engine, token="tok_1234")
    [shown] = engine.steps("input_data")
    version = WorkflowVersion.objects.get()
    assert shown["parameters"] == {"api_token": "••••"}
    assert "s3cret" not in json.dumps([shown, version.references, version.workflow_data], default=str)
    assert "s3cret" not in str(Database.history.values())


def broken_commit(monkeypatch: pytest.MonkeyPatch, *, times: int = 1) -> list[str]:
    """The change is made, and then the connection is lost; which keys were asked with."""
    from opsflows.databases import steps

    keys: list[str] = []

    def run(*args: Any, key: str, **rest: Any) -> dict[str, Any]:
        output = access_run(*args, key=key, **rest)
        keys.append(key)
        if len(keys) <= times:
            raise QueryFailed("The connection was lost.", is_passing=True, may_have_happened=True)
        return output

    access_run = steps.run_query
    monkeypatch.setattr(steps, "run_query", run)
    return keys


def test_where_nobody_can_know_a_person_is_asked(
    actor: Actor,
    engine: Engine,
    live: Live,
    sales: Database,
    folder: Path,
    named: Named,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named(sales, "add-payment", INSERT, writes=True)
    live("payment.received", PAY)
    keys = broken_commit(monkeypatch)
    run = ran(engine, customer="cus_1", amount=1)
    assert run.execution_status == "needs_attention"
    resolve_unclear(actor=actor, execution_id=run.pk, verdict="it_happened", now=engine.now)
    engine.settle()
    assert (engine.run().execution_status, len(keys)) == ("completed", 1)
    assert payments(sales, folder) == [("cus_1", 1)]


def test_a_statement_that_is_safe_to_repeat_is_repeated_under_its_key(
    engine: Engine, live: Live, sales: Database, folder: Path, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(sales, "add-payment", f"{INSERT} ON CONFLICT DO NOTHING", writes=True, repeat_safe=True)
    live("payment.received", PAY, settings={"errorHandling": {"retryCount": 1, "retryDelay": 1}})
    keys = broken_commit(monkeypatch)
    ran(engine, customer="cus_1", amount=1)
    engine.pass_time(minutes=5)
    assert engine.run().execution_status == "completed"
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert payments(sales, folder) == [("cus_1", 1)]


def test_a_worker_that_never_learned_the_way_looks_it_up_again(
    engine: Engine, live: Live, sales: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    live("payment.received", SINCE, settings={"errorHandling": {"retryCount": 1, "retryDelay": 1}})
    known = access.held
    answers = [None]
    monkeypatch.setattr("opsflows.databases.steps.held", lambda key: answers.pop() if answers else known(key))
    ran(engine, sync={"last_at": "2026-02-15"})
    engine.pass_time(minutes=5)
    assert engine.run().execution_status == "completed"
