"""One query: which text, with which values, where. Made in the thread of a call, so nothing here uses the ORM."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from opsflows.databases import postgresql, sqlite
from opsflows.databases.access import Access
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import KEY
from opsflows.databases.own_text import text_problem
from opsflows.databases.sql import POSTGRESQL, parse_sql


def run_query(
    access: Access, *, sql: str, parameters: Mapping[str, Any], key: str, writes: bool, most: int
) -> dict[str, Any]:
    """What the database answered, as a step's output: `rows`, `row` (the first), `columns`, `count`, `truncated`, and
    of what writes how many rows it `affected`.

    Raises:
        QueryFailed: it cannot be run, or was not.
    """
    if problem := text_problem(sql, access.kind, writes=writes):
        raise QueryFailed(f"sql: {problem}")
    parsed = parse_sql(sql, access.kind)
    values = {**parameters, KEY: key}
    if missing := [name for name in parsed.names if name not in values]:
        raise QueryFailed(f"parameters: give a value for {', '.join(f':{name}' for name in missing)}.")
    ask = postgresql.query if access.kind == POSTGRESQL else sqlite.query
    found, affected = ask(
        access,
        parsed.text,
        [values[name] for name in parsed.names],
        writes=writes,
        most=most,
        own_allowed=settings.QUERY_OWN_DATABASE,
    )
    output: dict[str, Any] = {
        "rows": found.rows,
        "row": found.rows[0] if found.rows else None,
        "columns": found.columns,
        "count": len(found.rows),
        "truncated": found.truncated,
    }
    return output if affected is None else {**output, "affected": affected}


def longest(access: Access) -> float:
    """Seconds that a query there may take in all."""
    return access.time_limit + max(postgresql.OVERHEAD, sqlite.OVERHEAD)


def version_of(access: Access) -> str:
    """What answers there, in words. Raises `QueryFailed`."""
    ask = postgresql.version_of if access.kind == POSTGRESQL else sqlite.version_of
    return ask(access, own_allowed=settings.QUERY_OWN_DATABASE)
