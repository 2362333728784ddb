"""Databases and statements in the admin: added, tested by a worker, changed, and kept while they are used."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from opsflows.accounts.actor import Actor
from opsflows.audit.models import AuditEntry
from opsflows.databases.ask_for_test import latest_test
from opsflows.databases.change_database import change_database
from opsflows.databases.models import Database, Statement
from opsflows.queue.run_jobs import run_one_job
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import _served, admin, alpha, beta, signed_in
from tests.admin.world import World, person
from tests.databases.conftest import NOW

__all__ = ["_served", "admin", "alpha", "beta"]

pytestmark = pytest.mark.django_db

LIMITS = {"row_limit": 100, "time_limit": 5}
SERVER = {
    "host": "db.example.com",
    "port": 5432,
    "database_name": "crm",
    "username": "reader",
    "tls": "verify-full",
    "ca_certificate": "",
    **LIMITS,
}


@pytest.fixture
def crm(alpha: World) -> Database:
    return Database.objects.create(account=alpha.account, name="crm", password="s3cret-password", **SERVER)


def test_a_server_is_added_and_its_password_never_shown(admin: Client, alpha: World) -> None:
    new = {"name": "CRM", "kind": "postgresql", "password": "s3cret-password", **SERVER}
    html = admin.post(adding(Database), new, follow=True).content.decode()
    row = Database.objects.get(name="crm")
    assert (row.password, row.account) == ("s3cret-password", alpha.account)
    assert "db.example.com" in html
    for url in (page(row), act(row, "edit"), listing(Database)):
        assert "s3cret" not in admin.get(url).content.decode()
    assert "s3cret" not in str(list(AuditEntry.objects.values())) + str(list(Database.history.values()))


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"host": "http://db"}, "host", "name or the address"),
        ({"host": ""}, "host", "name or the address"),
        ({"host": "10.0.0.5"}, "host", "OUTBOUND_ALLOWED_NETWORKS"),
        ({"host": "0x7f000001"}, "host", "four decimal numbers"),
        ({"host": "/var/run/postgresql"}, "host", "name or the address"),
        ({"username": ""}, "username", "required"),
        ({"row_limit": 1000000}, "row_limit", "10000"),
        ({"time_limit": 41}, "time_limit", "40"),
        ({"ca_certificate": "x"}, "ca_certificate", "BEGIN CERTIFICATE"),
        ({"kind": "sqlite"}, "kind", "QUERY_SQLITE_FOLDER"),
        ({"kind": "mysql"}, "kind", "valid choice"),
        ({"name": "a b"}, "name", "slug"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(admin: Client, change: dict[str, Any], field: str, said: str) -> None:
    answer = admin.post(adding(Database), {"name": "crm", "kind": "postgresql", **SERVER, **change})
    assert answer.status_code == 400
    assert said in " ".join(answer.context["form"].errors[field])


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a//b", ".hidden", "a/../b", "a\\b", ""])
def test_a_file_lies_in_the_account_s_folder(admin: Client, folder: Path, name: str) -> None:
    answer = admin.post(adding(Database), {"name": "f", "kind": "sqlite", **SERVER, "database_name": name})
    assert answer.status_code == 400
    assert "database_name" in answer.context["form"].errors


def test_the_list_and_the_forms_name_what_there_is(admin: Client, crm: Database, folder: Path) -> None:
    html = admin.get(listing(Database)).content.decode()
    assert "Kind" in html
    assert "method" not in html.lower().replace('method="', "")
    assert "SQLite: a file in" in admin.get(adding(Database)).content.decode()
    assert "SQLite" not in admin.get(act(crm, "edit")).content.decode()


def test_a_password_does_not_follow_to_another_server(admin: Client, crm: Database) -> None:
    moved = SERVER | {"host": "elsewhere.example.com"}
    answer = admin.post(act(crm, "edit"), moved)
    assert "Enter it again" in str(answer.context["form"].errors["password"])
    admin.post(act(crm, "edit"), moved | {"password": "another"})
    admin.post(act(crm, "edit"), moved | {"row_limit": 7})
    crm.refresh_from_db()
    assert (crm.host, crm.password, crm.row_limit) == ("elsewhere.example.com", "another", 7)


def test_a_worker_says_what_answers(admin: Client, alpha: World, folder: Path) -> None:
    own = folder / str(alpha.account.pk)
    own.mkdir(parents=True)
    row = Database.objects.create(
        account=alpha.account, name="file", kind="sqlite", database_name="x.sqlite3", **LIMITS
    )
    assert "Not tested lately" in admin.get(page(row)).content.decode()
    assert "A worker tries it" in admin.post(act(row, "test"), follow=True).content.decode()
    assert "Under way" in admin.get(page(row)).content.decode()
    assert run_one_job(holder="h") == 1
    html = admin.get(page(row)).content.decode()
    assert "Does not answer" in html
    assert "There is no file" in html
    sqlite3.connect(own / "x.sqlite3").execute("CREATE TABLE t (x)").connection.close()
    admin.post(act(row, "test"))
    assert run_one_job(holder="h") == 1
    assert "Answers" in admin.get(page(row)).content.decode()
    job = latest_test(row.pk)
    assert job is not None
    # Everybody sees the list of jobs, and only administrators how databases are reached.
    vera = signed_in(person(alpha.account, "vera", "viewer"))
    said = vera.get("/admin/queue/job/").content.decode()
    assert "it answers" in said
    assert "SQLite" not in said


def test_a_statement_is_named_and_says_what_it_takes(admin: Client, crm: Database) -> None:
    new = {"database": str(crm.pk), "name": "add-payment", "description": "", "sql": "INSERT INTO p VALUES (:key, :a)"}
    answer = admin.post(adding(Statement), new)
    assert "begins with INSERT" in str(answer.context["form"].errors["sql"])
    answer = admin.post(adding(Statement), new | {"repeat_safe": "on", "sql": "SELECT 1"})
    assert "repeat_safe" in answer.context["form"].errors
    html = admin.post(adding(Statement), new | {"writes": "on"}, follow=True).content.decode()
    assert "<code>a</code>" in html
    assert "<code>key</code>" not in html
    assert "a person is asked" in html
    taken = admin.post(adding(Statement), new | {"writes": "on"})
    assert "taken" in str(taken.context["form"].errors["name"])
    entry = AuditEntry.objects.get(action="statement.named")
    assert (entry.detail["writes"], entry.detail["database"]) == (True, "crm")


def test_what_published_workflows_use_stays(admin: Client, alpha: World, crm: Database) -> None:
    statement = Statement.objects.create(account=alpha.account, database=crm, name="all", sql="SELECT 1 AS one")
    alpha.workflow("Nightly", actions=[{"type": "query", "database": "crm", "statement": "all"}])
    for row in (crm, statement):
        assert "Nightly" in admin.get(page(row)).content.decode()
        assert "Published workflows use it: Nightly" in admin.post(act(row, "delete"), follow=True).content.decode()
    assert (Database.objects.count(), Statement.objects.count()) == (1, 1)


def test_nothing_is_written_where_nothing_changed(alpha: World, crm: Database) -> None:
    actor: Actor = alpha.actor
    change_database(actor=actor, database=crm, password="", row_limit=crm.row_limit, now=NOW)
    assert not AuditEntry.objects.filter(action="database.changed").exists()
