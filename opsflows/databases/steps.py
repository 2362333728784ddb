"""The step kind that asks a database."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from opsflows.databases.access import access_to, held, hold
from opsflows.databases.failures import QueryFailed
from opsflows.databases.find import DATABASE, STATEMENT, statement_key
from opsflows.databases.models import MOST_ROWS, Database, Statement
from opsflows.databases.own_text import parameter_problem, parsed_or_problem, text_problem
from opsflows.databases.parameters_fit import parameters_fit
from opsflows.databases.run_query import longest, run_query
from opsflows.outbound import redact_value
from opsflows.rules import Problem
from opsflows.workflows import field_looks as looks
from opsflows.workflows.gates import register_gate
from opsflows.workflows.kinds import Frozen, OutsideKind, StepConfig, StepContext
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry, Unclear
from opsflows.workflows.references import Reference
from opsflows.workflows.registry import register

register_gate(parameters_fit)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class QueryConfig(StepConfig):
    database: str = Field(
        title="Database",
        description="Which database, by the name that an administrator gave it.",
        json_schema_extra=looks.look(looks.DATABASE),
    )
    statement: str = Field(
        default="",
        title="Statement",
        description="A statement that an administrator named there.",
        json_schema_extra=looks.look(looks.STATEMENT),
    )
    sql: str = Field(
        default="",
        title="SQL",
        description="Without a statement: your own SELECT, with :name where a value goes. It only reads.",
        json_schema_extra=looks.look(looks.CODE, more=True),
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        title="Values",
        description="What stands for each :name.",
        json_schema_extra=looks.look(looks.PAIRS),
    )
    limit: int | None = Field(
        default=None,
        ge=1,
        le=MOST_ROWS,
        title="Rows at most",
        description="How many rows at most; empty: as many as the database allows.",
        json_schema_extra=looks.look(more=True),
    )


@register
class QueryKind(OutsideKind):
    """Asks a database, or changes rows there with a statement that an administrator named for writing."""

    kind = "query"
    label = "Query a database"
    about = "Asks a database that an administrator has allowed."
    icon = "database"
    Config = QueryConfig
    #: SQL is no template: braces in it are refused, and values are bound.
    raw_fields = frozenset({"sql"})

    def check(self, config: QueryConfig, *, path: str) -> list[Problem]:
        problems = [
            Problem(f"{path}.{field}", "It is looked up when the workflow is published, so it cannot be a variable.")
            for field in ("database", "statement")
            if "{{" in getattr(config, field) or "{%" in getattr(config, field)
        ]
        if bool(config.statement) == bool(config.sql):
            problems.append(Problem(f"{path}.sql", "Name a statement, or write a SELECT here: one of the two."))
        if wrong := [name for name in config.parameters if not _NAME.fullmatch(name)]:
            message = f"{wrong[0]!r} is no name; use letters, digits and underscores, as in :last_sync."
            problems.append(Problem(f"{path}.parameters", message))
        if config.sql:
            problems += _text_problems(config, path=path)
        return problems

    def references(self, config: QueryConfig) -> Iterator[Reference]:
        if config.database:
            yield Reference(DATABASE, config.database, "database")
        if config.database and config.statement:
            yield Reference(STATEMENT, statement_key(config.database, config.statement), "statement")

    def freeze(self, step: StepContext) -> Frozen:
        config: QueryConfig = step.config
        database = _database(step)
        access = access_to(database)
        hold(str(database.pk), access)
        kept, statement = _statement(step)
        writes = statement is not None and statement.writes
        request = {
            "database": str(database.pk),
            "sql": kept["sql"] if kept else config.sql,
            "parameters": config.parameters,
            "writes": writes,
            "most": min(config.limit or access.row_limit, access.row_limit),
        }
        said = {"statement": config.statement} if config.statement else {"sql": config.sql}
        shown = {"database": config.database, **said, "parameters": redact_value(config.parameters)}
        repeat_safe = not writes or bool(kept and kept["repeat_safe"])
        return Frozen(request=request, shown=shown, timeout=longest(access), repeat_safe=repeat_safe)

    def call(self, frozen: Frozen, *, key: str) -> Outcome:
        request = frozen.request
        access = held(request["database"])
        if access is None:
            # Frozen elsewhere, or long ago: the next attempt freezes it anew, and nothing was sent.
            return Retry("How to reach the database has to be looked up again.")
        try:
            output = run_query(
                access,
                sql=request["sql"],
                parameters=request["parameters"],
                key=key,
                writes=request["writes"],
                most=request["most"],
            )
        except QueryFailed as failed:
            if failed.may_have_happened and not frozen.repeat_safe:
                return Unclear(f"{failed.detail} Look there whether it happened.")
            return Retry(failed.detail) if failed.is_passing else Fail(failed.detail)
        return Done(output=output)


def _text_problems(config: QueryConfig, *, path: str) -> Iterator[Problem]:
    if problem := text_problem(config.sql, None):
        yield Problem(f"{path}.sql", problem)
        return
    parsed = parsed_or_problem(config.sql, None)
    if not isinstance(parsed, str) and (problem := parameter_problem(parsed.names, config.parameters)):
        yield Problem(f"{path}.parameters", problem)


def _database(step: StepContext) -> Database:
    """The row as it is now: where it leads, and whether it may be asked, an administrator decides at any time."""
    kept = step.references.get(DATABASE, {}).get(step.config.database)
    row = Database.objects.filter(pk=kept["id"], account_id=step.account_id).first() if kept else None
    if row is None:
        raise ValueError(f"database: {step.config.database!r} is no longer there.")
    if not row.is_active:
        raise ValueError(f"database: {row.name!r} is switched off.")
    return row


def _statement(step: StepContext) -> tuple[Any, Statement | None]:
    """What the version keeps of the statement, and its row as it is now; nothing for a step with a text of its own."""
    config: QueryConfig = step.config
    if not config.statement:
        return None, None
    kept = step.references.get(STATEMENT, {}).get(statement_key(config.database, config.statement))
    row = Statement.objects.filter(pk=kept["id"], account_id=step.account_id).first() if kept else None
    if row is None or not row.is_active:
        what = "is no longer there" if row is None else "is switched off"
        raise ValueError(f"statement: {config.statement!r} {what}.")
    return kept, row
