"""Name a statement, and change it."""

from datetime import datetime
from typing import Unpack

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.databases.find import detail_of
from opsflows.databases.models import Database, Statement
from opsflows.databases.switch import locked
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
        record(actor=actor, action="statement.named", row=statement, detail=detail_of(statement), now=now)
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
        held = locked(statement)
        if changed := set_statement(held, fields):
            held.save()
            detail = {"fields": sorted(changed), **detail_of(held)}
            record(actor=actor, action="statement.changed", row=held, detail=detail, now=now)
    return held
