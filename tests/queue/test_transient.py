"""Which database errors pass and which belong to the row."""

import pytest
from django.db import DatabaseError, connection, transaction

from opsflows.queue.transient import is_transient

pytestmark = pytest.mark.django_db(transaction=True)


def raised_by(statement: str) -> Exception:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return caught.value


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("state", "passes"),
    [("40P01", True), ("57P01", True), ("53300", True), ("08006", True), ("54000", False), ("22003", False)],
)
def test_postgresql_by_sqlstate(state: str, passes: bool) -> None:
    error = raised_by(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    assert is_transient(error) is passes


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's own errors")
def test_sqlite_by_code() -> None:
    assert not is_transient(raised_by("SELECT json('{')"))


def test_what_is_no_database_error_does_not_pass() -> None:
    assert not is_transient(ValueError("x"))
