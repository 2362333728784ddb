"""Name a statement, change it, switch it off, take it away."""

from datetime import datetime
from typing import Any, Unpack

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.databases.find import STATEMENT, statement_key
from opsflows.databases.models import Database, Statement
from opsflows.databases.used_by import refuse_if_used
from opsflows.databases.write import StatementFields, save_new, set_statement


def create_statement(
    *, actor: Actor, database: Database, name: str, now: datetime, **fields: Unpack[StatementFields]
) -> Statement:
    """Another statement that steps run by its name, which stays.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=database.account_id)
    statement = Statement(account_id=database.account_id, database=database, name=name.strip().lower())
    set_statement(statement, fields)
    with transaction.atomic():
        save_new(statement, Statement.objects.filter(database=database))
        record(actor=actor, action="statement.named", row=statement, detail=_said(statement), now=now)
    return statement


def change_statement(
    *, actor: Actor, statement: Statement, now: datetime, **fields: Unpack[StatementFields]
) -> Statement:
    """Change what is given. Workflows that are published keep the text that they were published with; whether it may
    write counts at once.

    Raises:
        Forbidden: the actor may not.
        Statement.DoesNotExist: it was deleted meanwhile.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=statement.account_id)
    with transaction.atomic():
        locked = _locked(statement)
        if changed := set_statement(locked, fields):
            locked.save()
            detail = {"fields": sorted(changed), **_said(locked)}
            record(actor=actor, action="statement.changed", row=locked, detail=detail, now=now)
    return locked


def switch_statement(*, actor: Actor, statement: Statement, active: bool, now: datetime) -> Statement:
    """Switch it on or off; while it is off, steps that name it fail.

    Raises:
        Forbidden: the actor may not.
        Statement.DoesNotExist: it was deleted meanwhile.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=statement.account_id)
    with transaction.atomic():
        locked = _locked(statement)
        if locked.is_active != active:
            locked.is_active = active
            locked.save()
            action = "statement.switched_on" if active else "statement.switched_off"
            record(actor=actor, action=action, row=locked, now=now)
    return locked


def delete_statement(*, actor: Actor, statement: Statement, now: datetime) -> None:
    """Take the name away.

    Raises:
        Forbidden: the actor may not.
        Statement.DoesNotExist: it was deleted meanwhile.
        ValidationError: published workflows run it.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=statement.account_id)
    with transaction.atomic():
        locked = _locked(statement)
        key = statement_key(locked.database.name, locked.name)
        refuse_if_used(account_id=locked.account_id, kind=STATEMENT, name=key)
        record(actor=actor, action="statement.removed", row=locked, detail=_said(locked), now=now)
        locked.delete()


def _locked(statement: Statement) -> Statement:
    return Statement.objects.select_for_update(of=("self",)).select_related("database").get(pk=statement.pk)


def _said(statement: Statement) -> dict[str, Any]:
    return {"database": statement.database.name, "writes": statement.writes, "sql": statement.sql}
