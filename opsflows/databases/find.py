"""Databases and statements by the names that query steps call them; what a version keeps of each."""

import difflib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from opsflows.databases.models import Database, Statement
from opsflows.workflows.references import Reference, UnknownReference, resolver

#: The kinds under which steps refer to them.
DATABASE, STATEMENT = "database", "statement"
_LISTED = 20


def statement_key(database: str, statement: str) -> str:
    """How a step's reference names a statement."""
    return f"{database}/{statement}"


def content_of(statement: Statement) -> dict[str, Any]:
    """What a version keeps of a statement. Whether it may write is not kept: that is asked anew for every call."""
    return {"id": str(statement.pk), "sql": statement.sql, "repeat_safe": statement.repeat_safe}


def reference_to(row: Database | Statement) -> Reference:
    """How steps refer to `row`."""
    if isinstance(row, Statement):
        return Reference(STATEMENT, statement_key(row.database.name, row.name), "")
    return Reference(DATABASE, row.name, "")


def detail_of(row: Database | Statement) -> dict[str, Any]:
    """What the audit trail keeps of `row`."""
    if isinstance(row, Statement):
        return {"database": row.database.name, "writes": row.writes, "sql": row.sql}
    return {"host": row.host}


@resolver(DATABASE)
def resolve_database(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """Which database a name means. Raises `UnknownReference`, with the names that are near."""
    row = Database.objects.filter(account=account_id, name=name).only("id", "kind", "is_active").first()
    if row is None:
        known = Database.objects.filter(account=account_id).values_list("name", flat=True)
        none = "An administrator adds one under Data, Databases."
        raise UnknownReference(f"There is no database {name!r}. {_hint(name, known, none)}")
    if not row.is_active:
        raise UnknownReference(f"The database {name!r} is switched off; an administrator can switch it on.")
    return {"id": str(row.pk), "kind": row.kind}


@resolver(STATEMENT)
def resolve_statement(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """The text of a statement, named as `database/statement`. Raises `UnknownReference`."""
    database, _, called = name.partition("/")
    rows = Statement.objects.filter(account=account_id, database__name=database)
    row = rows.filter(name=called).first()
    if row is None:
        none = "An administrator adds one on the database's page."
        hint = _hint(called, rows.values_list("name", flat=True), none)
        raise UnknownReference(f"There is no statement {called!r} for the database {database!r}. {hint}")
    if not row.is_active:
        raise UnknownReference(f"The statement {called!r} is switched off; an administrator can switch it on.")
    return content_of(row)


def _hint(name: str, found: Iterable[str], none: str) -> str:
    known = sorted(found)
    if near := difflib.get_close_matches(name.lower(), known, n=3):
        return f"Did you mean {' or '.join(map(repr, near))}?"
    if not known:
        return f"There is none yet. {none}"
    more = ", …" if len(known) > _LISTED else ""
    return f"Known are {', '.join(known[:_LISTED])}{more}."
