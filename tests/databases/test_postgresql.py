"""Asking PostgreSQL: what it answers, what it is kept from, and what becomes of a connection that is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection as own_connection

from opsflows.databases import cut_off, postgresql
from opsflows.databases.access import access_to
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import Database
from opsflows.databases.run_query import run_query, version_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def ask(database: Database, sql: str, *, writes: bool = False, most: int = 100, **parameters: Any) -> dict[str, Any]:
    access = access_to(database)
    return run_query(access, sql=sql, parameters=parameters, key="k1", writes=writes, most=most)


def test_rows_come_as_objects_with_exact_numbers(crm: Database) -> None:
    found = ask(crm, "SELECT id, score, updated_at FROM contacts WHERE updated_at > :since", since="2026-02-15T00:00Z")
    assert found["row"] == {"id": 1, "score": Decimal("19.99"), "updated_at": "2026-03-01T10:00:00+00:00"}
    assert (found["count"], found["columns"], found["truncated"]) == (1, ["id", "score", "updated_at"], False)


def test_every_type_that_is_common_has_a_place_in_json(crm: Database) -> None:
    sql = """SELECT 1.50::float8 AS f, 'NaN'::numeric AS nan, '\\x00ff'::bytea AS b, '2026-03-01'::date AS d,
        '12:30'::time AS t, '1 hour 0.25 second'::interval AS i, '{"a": 0.1}'::jsonb AS j, ARRAY[1, NULL] AS l,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS u, '10.0.0.1'::inet AS n, int4range(1, 5) AS r, true AS y"""
    assert ask(crm, sql)["row"] == {
        "f": Decimal("1.5"),
        "nan": "NaN",
        "b": "AP8=",
        "d": "2026-03-01",
        "t": "12:30:00",
        "i": Decimal("3600.25"),
        "j": {"a": Decimal("0.1")},
        "l": [1, None],
        "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "n": "10.0.0.1",
        "r": "[1, 5)",
        "y": True,
    }


def test_values_are_bound_whatever_they_hold(crm: Database) -> None:
    hostile = "x'; DROP TABLE contacts; --"
    sql = "SELECT :v::text AS said, ':v' AS quoted, $$:v$$ AS dollars, '100%' AS rate, (:v)::text AS again -- :v"
    row = ask(crm, sql, v=hostile)["row"]
    assert row == {"said": hostile, "quoted": ":v", "dollars": ":v", "rate": "100%", "again": hostile}
    found = ask(crm, "SELECT email FROM contacts WHERE id = ANY(:ids) AND :doc::jsonb ? 'a'", ids=[1, 5], doc={"a": 1})
    assert found["rows"] == [{"email": "ada@example.com"}]


@pytest.mark.parametrize(
    ("place", "value", "shown"),
    [
        ("numeric[]", [Decimal("1.5"), 2, None], [Decimal("1.5"), 2, None]),
        ("jsonb", [1, "a", True], [1, "a", True]),
        ("jsonb", [["a"], ["b"]], [["a"], ["b"]]),
    ],
)
def test_a_list_of_several_kinds_goes_there_and_back(crm: Database, place: str, value: Any, shown: Any) -> None:
    assert ask(crm, f"SELECT :v::{place} AS v", v=value)["row"]["v"] == shown


@pytest.mark.parametrize("value", ["'infinity'::timestamptz", "'10000-01-01'::date", "'24:00'::time"])
def test_a_moment_without_a_place_in_the_calendar_is_explained(crm: Database, value: str) -> None:
    with pytest.raises(QueryFailed, match=r"Ask for it as text, as in name::text\.$"):
        ask(crm, f"SELECT {value} AS v")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM contacts",
        "WITH gone AS (DELETE FROM contacts RETURNING 1) SELECT * FROM gone",
        "SET TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "COMMIT; DELETE FROM contacts",
        "SELECT 1; COMMIT; DELETE FROM contacts",
        "DO $$ BEGIN DELETE FROM contacts; END $$",
        "COPY contacts TO '/tmp/x'",
        "CREATE TABLE x (y int)",
        "SELECT nextval('n')",
    ],
)
def test_a_text_that_reads_does_nothing_else(crm: Database, sql: str) -> None:
    with pytest.raises(QueryFailed):
        ask(crm, sql)
    # Nor would it, were its first word not looked at.
    with pytest.raises((QueryFailed, psycopg.Error)):
        postgresql.query(access_to(crm), sql, (), writes=False, most=10, own_allowed=False)
    assert ask(crm, "SELECT count(*) AS n FROM contacts")["row"] == {"n": 2}


def test_whatever_a_function_does_is_rolled_back(crm: Database) -> None:
    """Older servers let a transaction that only reads make large objects."""
    with suppress(QueryFailed):
        ask(crm, "SELECT lo_create(0)::text AS x")
    assert ask(crm, "SELECT count(*) AS n FROM pg_largeobject_metadata")["row"] == {"n": 0}


def test_writing_without_a_name_is_explained(crm: Database) -> None:
    with pytest.raises(QueryFailed, match="named for writing") as failed:
        ask(crm, "WITH gone AS (DELETE FROM contacts RETURNING 1) SELECT * FROM gone")
    assert not failed.value.is_passing


def test_a_named_text_writes(crm: Database) -> None:
    sql = "INSERT INTO payments VALUES (:key, :customer, :amount) ON CONFLICT DO NOTHING"
    done = ask(crm, sql, writes=True, customer="cus_1", amount=Decimal("99.00"))
    assert (done["affected"], done["rows"]) == (1, [])
    assert ask(crm, sql, writes=True, customer="cus_1", amount=1)["affected"] == 0
    found = ask(crm, "UPDATE payments SET amount = amount + 1 RETURNING reference, amount", writes=True)
    assert (found["affected"], found["row"]) == (1, {"reference": "k1", "amount": 100})


def test_what_fails_leaves_nothing_behind(crm: Database) -> None:
    with pytest.raises(QueryFailed, match="check constraint") as failed:
        ask(crm, "INSERT INTO payments VALUES ('a', 'x', 1), ('b', 'x', -1)", writes=True)
    assert not failed.value.is_passing
    assert ask(crm, "SELECT * FROM payments")["rows"] == []


def test_more_rows_than_allowed_are_neither_kept_nor_fetched(crm: Database) -> None:
    began = time.monotonic()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    found = ask(crm, endless, most=3)
    assert ([row["i"] for row in found["rows"]], found["truncated"]) == ([1, 2, 3], True)
    assert time.monotonic() - began < 5
    large = ask(crm, "SELECT repeat('x', 10000) AS x FROM generate_series(1, 1000)", most=10_000)
    assert large["truncated"]
    assert 100 <= large["count"] < 110


def test_what_no_memory_could_hold_is_cut_off_on_its_way(crm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_off, "MOST_RECEIVED", 2**20)
    # As a text that writes, for all of that is fetched; as slowly as a large value comes.
    slow = "SELECT repeat('x', 200000) AS x, pg_sleep(0.01)::text AS y FROM generate_series(1, 400)"
    began = time.monotonic()
    with pytest.raises(QueryFailed, match="bytes came at once; ask for fewer") as failed:
        ask(crm, slow, writes=True)
    assert time.monotonic() - began < 3
    assert not failed.value.is_passing


def test_a_slow_query_is_stopped_by_the_server(crm: Database) -> None:
    crm.time_limit = 1
    with pytest.raises(QueryFailed, match="took longer than 1 s") as failed:
        ask(crm, "SELECT pg_sleep(30)::text AS x")
    assert failed.value.is_passing


def test_a_server_that_falls_silent_is_left(crm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement's own limit is far off here: the connection is cut."""
    monkeypatch.setattr(postgresql, "_GRACE", -39.7)
    crm.time_limit = 40
    began = time.monotonic()
    with pytest.raises(QueryFailed) as failed:
        ask(crm, "SELECT pg_sleep(30)::text AS x")
    assert time.monotonic() - began < 5
    assert (failed.value.is_passing, failed.value.may_have_happened) == (True, False)


@pytest.fixture
def deferred(crm: Database, beside: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    """A table whose constraint is checked by the commit, which holds it up for half a second."""
    with psycopg.connect(
        host=beside["host"],
        port=beside["port"],
        user=beside["username"],
        password=beside["password"] or None,
        dbname=beside["database_name"],
        autocommit=True,
    ) as server:
        server.execute(
            """CREATE TABLE slow (v int); CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(0.5); IF NEW.v < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER t AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION wait()"""
        )
        yield server


def test_a_connection_lost_in_the_commit_leaves_it_open(crm: Database, deferred: psycopg.Connection[Any]) -> None:
    def end() -> None:
        for _ in range(200):
            rows = deferred.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' "
                "AND datname = current_database() AND application_name = 'OpsFlows' AND state = 'active'"
            ).fetchall()
            if rows:
                return
            time.sleep(0.01)

    thread = threading.Thread(target=end)
    thread.start()
    with pytest.raises(QueryFailed) as failed:
        ask(crm, "INSERT INTO slow VALUES (1)", writes=True)
    thread.join()
    assert failed.value.may_have_happened


def test_a_refusal_in_the_commit_is_certain(crm: Database, deferred: psycopg.Connection[Any]) -> None:
    with pytest.raises(QueryFailed, match="no") as failed:
        ask(crm, "INSERT INTO slow VALUES (-1)", writes=True)
    assert (failed.value.may_have_happened, failed.value.is_passing) == (False, False)


def test_the_application_s_own_database_is_left_alone(crm: Database, settings: Any) -> None:
    crm.database_name = own_connection.settings_dict["NAME"]
    with pytest.raises(QueryFailed, match="installation of OpsFlows"):
        ask(crm, "SELECT 1 AS one")
    settings.QUERY_OWN_DATABASE = True
    assert ask(crm, "SELECT 1 AS one")["row"] == {"one": 1}


def test_addresses_inside_are_not_reached(crm: Database, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    with pytest.raises(QueryFailed, match="OUTBOUND_ALLOWED_NETWORKS") as failed:
        ask(crm, "SELECT 1 AS one")
    assert not failed.value.is_passing


def test_encryption_is_insisted_on_and_the_password_never_told(crm: Database) -> None:
    crm.tls, crm.password = "verify-full", "s3cret-password"
    with pytest.raises(QueryFailed) as failed:
        ask(crm, "SELECT 1 AS one")
    assert "SSL" in failed.value.detail
    assert "s3cret" not in failed.value.detail + repr(access_to(crm))


def test_nobody_there_may_pass(crm: Database) -> None:
    crm.port = 1
    with pytest.raises(QueryFailed, match="refused") as failed:
        ask(crm, "SELECT 1 AS one")
    assert failed.value.is_passing


def test_a_parameter_of_no_known_type_is_explained(crm: Database) -> None:
    with pytest.raises(QueryFailed, match=":name::text"):
        ask(crm, "SELECT jsonb_build_object('a', :v) AS x", v="a")


def test_what_answers_is_said(crm: Database) -> None:
    assert version_of(access_to(crm)).startswith("PostgreSQL ")
