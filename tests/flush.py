"""Back to an empty database after a test that committed: only the tables that hold something are emptied.

Django empties every table there is and makes the permissions anew, which takes longer than most of these tests do.
"""

from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

from django.db import connection, transaction
from django.test import TransactionTestCase

#: What Django fills by itself whenever it has made tables; a test that changes it is cleaned up after as usual.
KEPT = ("auth_permission", "django_content_type")


def quick_flush() -> AbstractContextManager[Any]:
    """While this context lasts, tests are cleaned up after quickly. To be called on a database as it was made."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    made = _content()
    usual = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def tear_down(case: TransactionTestCase) -> None:
        nonlocal made
        if case.available_apps is None and _content() == made:
            _empty(_filled([table for table in tables if table not in KEPT]))
        else:
            usual(case)
            made = _content()

    return mock.patch.object(TransactionTestCase, "_fixture_teardown", tear_down)


def _filled(tables: list[str]) -> list[str]:
    """Which of them have rows, in one query."""
    quote = connection.ops.quote_name
    parts = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return [table for (table,) in cursor.fetchall()]


def _content() -> dict[str, list[Any]]:
    """The rows of the tables that are kept."""
    rows = {}
    with connection.cursor() as cursor:
        for table in KEPT:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows[table] = cursor.fetchall()
    return rows


def _empty(tables: list[str]) -> None:
    """Foreign keys are checked when the transaction ends, so that the order is free."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
