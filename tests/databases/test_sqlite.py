"""Asking a file of SQLite's: what it answers, and what it is kept from."""

import os
import sqlite3
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from opsflows.accounts.models import PlatformAccount
from opsflows.databases import sqlite, sqlite_watch
from opsflows.databases.access import access_to
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import TABLE, Database
from opsflows.databases.run_query import run_query, version_of

pytestmark = pytest.mark.django_db


def ask(database: Database, sql: str, *, writes: bool = False, most: int = 100, **parameters: Any) -> dict[str, Any]:
    access = access_to(database)
    return run_query(access, sql=sql, parameters=parameters, key="k1", writes=writes, most=most)


def test_rows_come_as_objects_with_exact_numbers(sales: Database) -> None:
    found = ask(sales, "SELECT id, email, score FROM contacts WHERE updated_at > :since", since="2026-02-15")
    assert found["row"] == {"id": 1, "email": "ada@example.com", "score": Decimal("19.99")}
    assert (found["count"], found["columns"], found["truncated"]) == (1, ["id", "email", "score"], False)


def test_values_are_bound_whatever_they_hold(sales: Database) -> None:
    hostile = "x'; DROP TABLE contacts; --"
    assert ask(sales, "SELECT :v AS said, ':v' AS text, :v AS again", v=hostile)["row"] == {
        "said": hostile,
        "text": ":v",
        "again": hostile,
    }
    assert ask(sales, "SELECT count(*) AS n FROM contacts")["row"] == {"n": 2}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("19.99"), Decimal("19.99")), (7, 7), (True, 1), (None, None), ([1, 2], "[1,2]"), (Decimal("4.00"), 4)],
)
def test_each_kind_of_value_goes_there_and_back(sales: Database, value: Any, shown: Any) -> None:
    assert ask(sales, "SELECT :v AS v", v=value)["row"]["v"] == shown


@pytest.mark.parametrize("value", [Decimal("0.1234567890123456789"), 2**63])
def test_a_number_that_it_cannot_keep_is_refused(sales: Database, value: Any) -> None:
    with pytest.raises(QueryFailed, match="give it as text"):
        ask(sales, "SELECT :v AS v", v=value)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM contacts",
        "WITH gone AS (SELECT 1) DELETE FROM contacts",
        "PRAGMA query_only = 0",
        "ATTACH DATABASE '/etc/passwd' AS other",
        "VACUUM INTO '/tmp/copy'",
        "SELECT 1; DELETE FROM contacts",
        "SELECT * FROM pragma_database_list",
        "SELECT load_extension('x')",
        "CREATE TABLE x (y)",
        "BEGIN",
    ],
)
def test_a_text_that_reads_does_nothing_else(sales: Database, sql: str) -> None:
    with pytest.raises(QueryFailed):
        ask(sales, sql)
    # Nor would it, were its first word not looked at.
    with pytest.raises((QueryFailed, sqlite3.Error)):
        sqlite.query(access_to(sales), sql, (), writes=False, most=10, own_allowed=False)
    assert ask(sales, "SELECT count(*) AS n FROM contacts")["row"] == {"n": 2}


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO sqlite_master VALUES ('x', 'x', 'x', 0, 'x')",
        "ATTACH DATABASE 'x' AS other",
        "DROP TABLE contacts",
        "PRAGMA journal_mode = OFF",
    ],
)
def test_a_text_that_writes_changes_rows_alone(sales: Database, sql: str) -> None:
    with pytest.raises(QueryFailed):
        ask(sales, sql, writes=True)
    with pytest.raises(QueryFailed, match=r"not authorized|prohibited"):
        sqlite.query(access_to(sales), sql, (), writes=True, most=10, own_allowed=False)


def test_a_named_text_writes(sales: Database) -> None:
    sql = "INSERT INTO payments VALUES (:key, :customer, :amount) ON CONFLICT DO NOTHING RETURNING amount"
    done = ask(sales, sql, writes=True, customer="cus_1", amount=Decimal("99.00"))
    assert (done["affected"], done["row"]) == (1, {"amount": 99})
    assert ask(sales, sql, writes=True, customer="cus_1", amount=1)["affected"] == 0
    assert ask(sales, "SELECT reference, amount FROM payments")["rows"] == [{"reference": "k1", "amount": 99}]


def test_what_fails_leaves_nothing_behind(sales: Database) -> None:
    with pytest.raises(QueryFailed, match="CHECK constraint") as failed:
        ask(sales, "INSERT INTO payments VALUES ('a', 'x', 1), ('b', 'x', -1)", writes=True)
    assert not failed.value.is_passing
    assert ask(sales, "SELECT * FROM payments")["rows"] == []


def test_more_rows_than_allowed_are_cut(sales: Database) -> None:
    assert ask(sales, "SELECT id FROM contacts ORDER BY id", most=1) == {
        "rows": [{"id": 1}],
        "row": {"id": 1},
        "columns": ["id"],
        "count": 1,
        "truncated": True,
    }
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(zeroblob(5000)) AS x FROM n"
    found = ask(sales, many, most=10_000)
    assert found["truncated"]
    assert 100 <= found["count"] < 110


def test_one_row_that_is_too_large_is_refused(sales: Database) -> None:
    with pytest.raises(QueryFailed, match="larger than"):
        ask(sales, "SELECT hex(zeroblob(600000)) AS x")
    with pytest.raises(QueryFailed, match="too big"):
        ask(sales, "SELECT zeroblob(900000000) AS x")


def test_an_endless_query_is_stopped(sales: Database) -> None:
    sales.time_limit = 0
    with pytest.raises(QueryFailed, match="took longer") as failed:
        ask(sales, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS x FROM n")
    assert failed.value.is_passing


LARGE = "replace(hex(zeroblob(500000)), '0', 'a')"


@pytest.mark.parametrize(
    "call",
    [
        f"instr({LARGE}, {LARGE} || 'b')",
        f"replace({LARGE}, {LARGE} || 'b', '')",
        f"trim({LARGE}, replace({LARGE}, 'a', 'b'))",
        f"{LARGE} LIKE '%' || substr({LARGE}, 1, 40000) || 'b'",
        f"{LARGE} GLOB '*' || substr({LARGE}, 1, 40000) || 'b'",
    ],
)
def test_one_call_that_would_outlast_its_time_is_refused(sales: Database, call: str) -> None:
    """SQLite looks at no clock within one call of a function."""
    began = time.monotonic()
    with pytest.raises(QueryFailed, match=r"use shorter texts|too complex"):
        ask(sales, f"SELECT {call} AS x")
    assert time.monotonic() - began < 2


def test_many_calls_are_stopped_between_two_of_them(sales: Database) -> None:
    sales.time_limit = 0
    began = time.monotonic()
    with pytest.raises(QueryFailed, match="took longer"):
        ask(
            sales,
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max({LARGE} || i) AS x FROM n",
        )
    assert time.monotonic() - began < 2


def test_what_is_sorted_does_not_fill_the_disk(sales: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_watch, "MOST_TEMPORARY", 2**24)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT randomblob(1000000) AS x FROM n"
    with pytest.raises(QueryFailed, match="sort fewer rows") as failed:
        ask(sales, f"{endless} ORDER BY 1")
    assert not failed.value.is_passing


def test_functions_that_are_bounded_are_still_sqlite_s_own(sales: Database, folder: Path) -> None:
    sql = (
        "SELECT instr('hallo', :v) AS a, instr(NULL, 'x') AS b, instr(x'0102', x'02') AS c, "
        "replace(12.50, '.', ',') AS d, trim('--x-', '-') AS e, trim(' x ') AS f, ltrim(7, 7) AS g"
    )
    found = ask(sales, sql, v="ll")["row"]
    assert found == {"a": 3, "b": None, "c": 2, "d": "12,5", "e": "x", "f": "x", "g": ""}
    with closing(sqlite3.connect(folder / str(sales.account_id) / sales.database_name)) as file:
        file.execute("CREATE VIEW plain AS SELECT replace(email, '@', ' at ') AS email FROM contacts WHERE id = 1")
    assert ask(sales, "SELECT email FROM plain")["row"] == {"email": "ada at example.com"}


@pytest.mark.parametrize("call", ["fts3_tokenizer('simple')", "FTS3_Tokenizer('simple', :v)"])
def test_nothing_reaches_into_sqlite_itself(sales: Database, call: str) -> None:
    """With one argument it tells an address in memory, with two it has one called."""
    with pytest.raises(QueryFailed, match="not authorized"):
        ask(sales, f"SELECT {call} AS x", **({"v": "aaaaaaaa"} if ":v" in call else {}))


@pytest.mark.parametrize("sql", ["SELECT 1 AS a, 2 AS a", "SELECT char(0) AS x"])
def test_rows_that_cannot_be_kept_are_refused(sales: Database, sql: str) -> None:
    with pytest.raises(QueryFailed, match=r"AS|U\+0000"):
        ask(sales, sql)


def test_bytes_and_endless_numbers_come_as_text(sales: Database) -> None:
    assert ask(sales, "SELECT x'00ff' AS b, 9e999 AS n")["row"] == {"b": "AP8=", "n": "inf"}


def test_files_outside_the_account_s_folder_are_not_there(sales: Database, folder: Path, tmp_path: Path) -> None:
    other = folder / "another-account"
    other.mkdir()
    for place in (other / "x.sqlite3", tmp_path / "x.sqlite3"):
        sqlite3.connect(place).execute("CREATE TABLE t (x)").connection.close()
    os.symlink(tmp_path / "x.sqlite3", folder / str(sales.account_id) / "link.sqlite3")
    os.symlink(folder / str(sales.account_id) / "sales.sqlite3", folder / str(sales.account_id) / "inside.sqlite3")
    outside = ["../another-account/x.sqlite3", str(tmp_path / "x.sqlite3"), "link.sqlite3", "", ".", "a\x00b", "no"]
    for name in outside:
        sales.database_name = name
        with pytest.raises(QueryFailed, match="There is no file"):
            ask(sales, "SELECT 1 AS one")
    sales.database_name = "inside.sqlite3"
    assert ask(sales, "SELECT 1 AS one")["row"] == {"one": 1}


def test_without_a_folder_there_are_no_files(sales: Database, settings: Any) -> None:
    settings.QUERY_SQLITE_FOLDER = ""
    with pytest.raises(QueryFailed, match="QUERY_SQLITE_FOLDER"):
        ask(sales, "SELECT 1 AS one")


def test_an_installation_of_opsflows_is_left_alone(sales: Database, folder: Path, settings: Any) -> None:
    with sqlite3.connect(folder / str(sales.account_id) / "sales.sqlite3") as file:
        file.execute(f"CREATE TABLE {TABLE} (id)")
    file.close()
    with pytest.raises(QueryFailed, match="installation of OpsFlows"):
        ask(sales, "SELECT 1 AS one")
    settings.QUERY_OWN_DATABASE = True
    assert ask(sales, "SELECT 1 AS one")["row"] == {"one": 1}


def test_what_answers_is_said(sales: Database, account: PlatformAccount) -> None:
    assert version_of(access_to(sales)).startswith("SQLite 3.")
