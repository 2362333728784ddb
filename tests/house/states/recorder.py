"""Which states rows go through, and which module sends them there: the database sees every change, whoever makes it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

#: Where a row comes from and where it goes to, beside its states.
NEW, GONE = "new", "gone"
_LOG = "seen_transitions"
#: It writes for others.
_HANDS = ("queue/bulk.py",)


@dataclass(frozen=True, slots=True)
class Machine:
    """The rows of one table; `state` is an expression over the columns of `{row}`."""

    name: str
    table: str
    state: str


@dataclass(frozen=True, slots=True, order=True)
class Transition:
    """`by` is the module below `opsflows/`; empty where the database cannot tell (PostgreSQL's COPY)."""

    machine: str
    before: str
    after: str
    by: str


@contextmanager
def recorded(machines: Sequence[Machine]) -> Iterator[set[Transition]]:
    """What is written inside, as a set that grows; rolled back or not, the code means to write it."""
    seen: set[Transition] = set()
    tables = tuple(machine.table for machine in machines)

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _LOG in sql:
            return execute(sql, params, many, context)
        seen.update(_logged(""))
        answer = execute(sql, params, many, context)
        if any(table in sql for table in tables):
            seen.update(_logged(_module()))
        return answer

    _run(f"CREATE TABLE {_LOG} (machine text, before text, after text)")
    for machine in machines:
        _run(*(_postgresql(machine) if connection.vendor == "postgresql" else _sqlite(machine)))
    try:
        with connection.execute_wrapper(watch):
            yield seen
    finally:
        for machine in machines:
            _run(*_removal(machine))
        _run(f"DROP TABLE {_LOG}")


def _logged(module: str) -> list[Transition]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT machine, before, after FROM {_LOG} WHERE before <> after")
        rows = cursor.fetchall()
        if rows:
            cursor.execute(f"DELETE FROM {_LOG}")
    return [Transition(*row, module) for row in rows]


def _module() -> str:
    """Whose statement it is: the innermost of our own modules on the stack."""
    root = f"{settings.BASE_DIR}/opsflows/"
    frame = sys._getframe()
    while (frame := frame.f_back) is not None:  # type: ignore[assignment]
        name = frame.f_code.co_filename
        if name.startswith(root) and not name.endswith(_HANDS):
            return name.removeprefix(root)
    return ""


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _ways(machine: Machine) -> Iterator[tuple[str, str, str]]:
    """For each sort of statement the name of its trigger and what that writes down."""
    old, new = machine.state.format(row="OLD"), machine.state.format(row="NEW")
    for event, before, after in (("INSERT", f"'{NEW}'", new), ("UPDATE", old, new), ("DELETE", old, f"'{GONE}'")):
        name = f"seen_{machine.table}_{event.lower()}"
        yield event, name, f"INSERT INTO {_LOG} VALUES ('{machine.name}', {before}, {after});"


def _sqlite(machine: Machine) -> list[str]:
    return [
        f"CREATE TRIGGER {name} AFTER {event} ON {machine.table} BEGIN {insert} END"
        for event, name, insert in _ways(machine)
    ]


def _postgresql(machine: Machine) -> list[str]:
    made = []
    for event, name, insert in _ways(machine):
        body = f"BEGIN {insert} RETURN NULL; END"
        made.append(f"CREATE FUNCTION {name}() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql")
        made.append(f"CREATE TRIGGER {name} AFTER {event} ON {machine.table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    return made


def _removal(machine: Machine) -> Iterator[str]:
    for _, name, _ in _ways(machine):
        # PostgreSQL takes the trigger along with its function.
        yield f"DROP FUNCTION {name} CASCADE" if connection.vendor == "postgresql" else f"DROP TRIGGER {name}"
