"""What is wrong with the SQL that somebody writes, before any database sees it."""

import re
from collections.abc import Iterable, Iterator

from opsflows.databases.models import KEY
from opsflows.databases.sql import POSTGRESQL, SQLITE, Sql, SqlError, parse_sql

#: How a text that only reads begins.
READS = ("SELECT", "WITH", "VALUES", "TABLE")
#: How one that writes does. Tables are not built or emptied by a step.
WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "CALL", *READS)

_VARIABLE = re.compile(r"\{\{\s*([\w.\-\[\]]+)[^{}]*\}\}")
_LAST_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?=[^A-Za-z0-9_]*$)")


def variable_problem(sql: str) -> str | None:
    """The sentence that says how a value gets into `sql`, where it was pasted in with braces; None where none was."""
    if "{{" not in sql and "{%" not in sql:
        return None
    found = _VARIABLE.search(sql)
    named = _LAST_NAME.search(found[1]) if found else None
    name, shown = (named[0] if named else "value"), (found[0] if found else "{{…}}")
    return (
        f"Values are bound, never pasted into SQL. Write :{name} in place of {shown}, without quotes around it, and "
        f"give its value under parameters: {name} = {shown}."
    )


def text_problem(sql: str, dialect: str | None, *, writes: bool = False) -> str | None:
    """What stands in the way of running `sql`; None where nothing does. `dialect` None: it is not known yet which."""
    if problem := variable_problem(sql):
        return problem
    parsed = parsed_or_problem(sql, dialect)
    if isinstance(parsed, str):
        return parsed
    allowed = WRITES if writes else READS
    if parsed.verb not in allowed:
        only = "" if writes else " What writes is a statement that an administrator names."
        return f"It begins with {parsed.verb}; allowed are {', '.join(allowed)}.{only}"
    return None


def parsed_or_problem(sql: str, dialect: str | None) -> Sql | str:
    """`sql` taken apart, or the sentence that says why it cannot be. Without a dialect, any that takes it will do."""
    problem = ""
    for each in (dialect,) if dialect else (POSTGRESQL, SQLITE):
        try:
            return parse_sql(sql, each)
        except SqlError as error:
            problem = problem or str(error)
    return problem


def parameter_problem(wanted: Iterable[str], given: Iterable[str]) -> str | None:
    """The sentence that says which parameters are missing or not known."""
    problems = list(_parameter_problems([name for name in wanted if name != KEY], list(given)))
    return " ".join(problems) or None


def _parameter_problems(wanted: list[str], given: list[str]) -> Iterator[str]:
    if KEY in given:
        yield f":{KEY} is the step's own key, and given by OpsFlows; leave it out."
    if missing := [name for name in wanted if name not in given]:
        yield f"Give a value for {_listed(missing)}."
    if unknown := [name for name in given if name not in wanted and name != KEY]:
        yield f"The SQL does not hold {_listed(unknown)}; remove what is given for it."


def _listed(names: list[str]) -> str:
    return ", ".join(f":{name}" for name in names)
