"""Triggers that write down which states rows go through, whoever writes them: the database sees every change."""

from dataclasses import dataclass

from django.db import connection

#: Where a row comes from and where it goes to, beside its states.
NEW, GONE = "(new)", "(gone)"
_LOG = "seen_transitions"


@dataclass(frozen=True, slots=True)
class Machine:
    """Rows of one table and their states; `state` is an expression over the columns of `{row}`."""

    name: str
    table: str
    state: str


Seen = set[tuple[str, str, str]]


def install(machines: list[Machine]) -> None:
    """From here on every change of state is written down."""
    statements = [f"CREATE TABLE {_LOG} (machine text, before text, after text, UNIQUE (machine, before, after))"]
    for machine in machines:
        statements += _postgresql(machine) if connection.vendor == "postgresql" else _sqlite(machine)
    _run(statements)


def uninstall(machines: list[Machine]) -> None:
    """Take away what `install` made."""
    statements = [f"DROP TRIGGER {name} {_on(machine)}" for machine in machines for name in _names(machine)]
    if connection.vendor == "postgresql":
        statements += [f"DROP FUNCTION {_function(machine)}" for machine in machines]
    _run([*statements, f"DROP TABLE {_LOG}"])


def seen() -> Seen:
    """What was written down."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT machine, before, after FROM {_LOG} WHERE before <> after")  # noqa: S608
        return {(machine, before, after) for machine, before, after in cursor.fetchall()}


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _names(machine: Machine) -> list[str]:
    return [f"seen_{machine.table}_{event}" for event in ("insert", "update", "delete")]


def _on(machine: Machine) -> str:
    return f"ON {machine.table}" if connection.vendor == "postgresql" else ""


def _function(machine: Machine) -> str:
    return f"seen_{machine.table}()"


def _insert(machine: Machine, before: str, after: str) -> str:
    values = f"'{machine.name}', {before}, {after}"
    return f"INSERT INTO {_LOG} VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608


def _ways(machine: Machine) -> list[tuple[str, str, str, str]]:
    old, new = machine.state.format(row="OLD"), machine.state.format(row="NEW")
    insert, update, delete = _names(machine)
    return [
        ("INSERT", insert, f"'{NEW}'", new),
        ("UPDATE", update, old, new),
        ("DELETE", delete, old, f"'{GONE}'"),
    ]


def _sqlite(machine: Machine) -> list[str]:
    # A trigger in a statement with a conflict clause takes that over; the log's own must not.
    return [
        f"CREATE TRIGGER {name} AFTER {event} ON {machine.table} BEGIN {_insert(machine, before, after)}; END"
        for event, name, before, after in _ways(machine)
    ]


def _postgresql(machine: Machine) -> list[str]:
    ways = _ways(machine)
    cases = " ".join(f"IF TG_OP = '{event}' THEN {_insert(machine, old, new)}; END IF;" for event, _, old, new in ways)
    body = f"CREATE FUNCTION {_function(machine)} RETURNS trigger AS $$ BEGIN {cases} RETURN NULL; END $$"
    return [
        f"{body} LANGUAGE plpgsql",
        *(
            f"CREATE TRIGGER {name} AFTER {event} ON {machine.table} FOR EACH ROW EXECUTE FUNCTION {_function(machine)}"
            for event, name, _, _ in ways
        ),
    ]
