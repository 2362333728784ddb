"""One statement for many rows: the group commit's inserts and updates, without a query per row.

Django's bulk operations build a model instance and adapt every value in Python; at a thousand runs a second that alone
takes half a core. PostgreSQL gets COPY and one JSON document, SQLite gets executemany.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models

from opsflows.jsontext import dump_json


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows; `columns` (field names) must hold every column that has no default in the database."""
    given = list(rows)
    if not given:
        return
    connection = connections["default"]
    fields = [_field(model, name) for name in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Django does not know COPY, so its errors have to be made Django's by hand.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in _with_json_text(fields, given):
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  (names of our own models)
                [_prepare(connection, fields, row) for row in given],
            )


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set `columns` of many rows at once; each row is the primary key followed by the values."""
    given = list(rows)
    if not given:
        return
    connection = connections["default"]
    key = _primary_key(model)
    fields = [_field(model, name) for name in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    key_name = connection.ops.quote_name(key.column)
    names = [connection.ops.quote_name(field.column) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            shape = ", ".join(f"c{number} {_type(field)}" for number, field in enumerate([key, *fields]))
            sets = ", ".join(f"{name} = v.c{number}" for number, name in enumerate(names, start=1))
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM json_to_recordset(%s) AS v({shape}) "  # noqa: S608
                f"WHERE {table}.{key_name} = v.c0",
                [dump_json([{f"c{number}": value for number, value in enumerate(row)} for row in given])],
            )
        else:
            sets = ", ".join(f"{name} = %s" for name in names)
            prepared = [_prepare(connection, [key, *fields], row) for row in given]
            cursor.executemany(
                f"UPDATE {table} SET {sets} WHERE {key_name} = %s",  # noqa: S608
                [[*row[1:], row[0]] for row in prepared],
            )


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _primary_key(model: type[models.Model]) -> Any:
    return model._meta.pk


def _with_json_text(fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """psycopg adapts everything else itself, in C."""
    places = [number for number, field in enumerate(fields) if isinstance(field, models.JSONField)]
    for row in rows:
        values = list(row)
        for place in places:
            if values[place] is not None:
                values[place] = dump_json(values[place])
        yield values


def _prepare(connection: Any, fields: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)]


def _type(field: Any) -> str:
    # Foreign keys have the type of what they point to.
    return str((field.target_field if field.is_relation else field).db_type(connections["default"]))
