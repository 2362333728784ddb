"""Setting what a database or a statement says, and checking all of it; shared by the verbs that write them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from opsflows.databases.access import sqlite_folder
from opsflows.databases.models import Database, Statement
from opsflows.databases.own_text import text_problem
from opsflows.databases.sql import POSTGRESQL
from opsflows.outbound import check_url

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_FILE = re.compile(r"[\w][\w .-]*(/[\w][\w .-]*)*")
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
#: Databases of one account, and statements of one database.
MOST = 100

Problems = defaultdict[str, list[str]]


class DatabaseFields(TypedDict, total=False):
    """What can be said of a database. `password`: empty leaves the one that is kept."""

    host: str
    port: int
    database_name: str
    username: str
    password: str
    tls: str
    ca_certificate: str
    row_limit: int
    time_limit: int


class StatementFields(TypedDict, total=False):
    """What can be said of a statement."""

    description: str
    sql: str
    writes: bool
    repeat_safe: bool


def set_database(database: Database, fields: DatabaseFields) -> list[str]:
    """Set `fields` on `database` (nothing is saved), check the whole of it, and say which changed.

    Raises:
        ValidationError: by field, with everything that is wrong.
    """
    changed = _set(database, fields, kept_if_empty="password")
    problems = _field_problems(database)
    if database.kind == POSTGRESQL:
        _check_server(database, problems)
        leads_elsewhere = {"host", "port", "tls"} & set(changed) and not database._state.adding
        if leads_elsewhere and database.password and "password" not in changed:
            problems["password"].append("Enter it again: with these changes it would be sent elsewhere.")
    else:
        _check_file(database, problems)
    _raise(problems)
    return changed


def set_statement(statement: Statement, fields: StatementFields) -> list[str]:
    """Set `fields` on `statement` (nothing is saved), check the whole of it, and say which changed.

    Raises:
        ValidationError: by field, with everything that is wrong.
    """
    changed = _set(statement, fields)
    problems = _field_problems(statement)
    if "sql" not in problems and (
        problem := text_problem(statement.sql, statement.database.kind, writes=statement.writes)
    ):
        problems["sql"].append(problem)
    if statement.repeat_safe and not statement.writes:
        problems["repeat_safe"].append("What only reads is always safe to repeat; leave this off.")
    _raise(problems)
    return changed


def save_new(row: models.Model, others: "models.QuerySet[Any]") -> None:
    """Insert `row` beside `others`; a name that is taken and a house that is full are form errors."""
    if others.count() >= MOST:
        raise ValidationError(f"There are {MOST} already; delete one that is not used.")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"name": f"The name {str(row)!r} is taken; choose another."}) from None


def _set(row: models.Model, fields: Mapping[str, Any], *, kept_if_empty: str = "") -> list[str]:
    changed = []
    for name, value in fields.items():
        if name == kept_if_empty and not value:
            continue
        value = value if name == kept_if_empty or not isinstance(value, str) else value.replace("\r\n", "\n").strip()
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed


def _field_problems(row: models.Model) -> Problems:
    problems: Problems = defaultdict(list)
    try:
        row.clean_fields(exclude=["account", "database"])
    except ValidationError as error:
        problems |= error.message_dict
    return problems


def _check_server(database: Database, problems: Problems) -> None:
    host = database.host
    if not _HOST.fullmatch(host):
        problems["host"].append("Give the name or the address of a server, such as db.example.com.")
    elif problem := check_url(f"http://[{host}]/" if ":" in host else f"http://{host}/"):
        problems["host"].append(problem.replace("The URL's host", "It").replace("The URL", "It"))
    for name in ("database_name", "username"):
        if not getattr(database, name):
            problems[name].append("This field is required.")
    if database.ca_certificate and not database.ca_certificate.startswith(_CERTIFICATE):
        problems["ca_certificate"].append(f"Paste it as PEM; it begins with {_CERTIFICATE}.")


def _check_file(database: Database, problems: Problems) -> None:
    database.host = database.username = database.ca_certificate = ""
    database.password = ""
    if sqlite_folder(database.account_id) is None:
        message = "SQLite files are not allowed on this server: QUERY_SQLITE_FOLDER is not set."
        problems["kind"].append(message)
    elif not _FILE.fullmatch(database.database_name):
        problems["database_name"].append("Give a file of the account's folder, such as sales.sqlite3.")


def _raise(problems: Mapping[str, Iterable[str]]) -> None:
    if found := {name: list(dict.fromkeys(messages)) for name, messages in problems.items() if messages}:
        raise ValidationError(found)
