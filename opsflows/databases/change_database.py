"""Allow workflows to ask a database, and change how it is reached."""

from datetime import datetime
from typing import Unpack

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.databases.find import detail_of
from opsflows.databases.models import Database
from opsflows.databases.switch import locked
from opsflows.databases.write import DatabaseFields, save_new, set_database


def create_database(*, actor: Actor, name: str, kind: str, now: datetime, **fields: Unpack[DatabaseFields]) -> Database:
    """Another database of the actor's account. Its name and kind stay, for steps call it by its name.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    database = Database(account_id=actor.account_id, name=name.strip().lower(), kind=kind)
    set_database(database, fields)
    with transaction.atomic():
        save_new(database, Database.objects.filter(account=actor.account_id))
        record(actor=actor, action="database.allowed", row=database, detail=detail_of(database), now=now)
    return database


def change_database(*, actor: Actor, database: Database, now: datetime, **fields: Unpack[DatabaseFields]) -> Database:
    """Change what is given; the next query goes by it.

    Raises:
        Forbidden: the actor may not.
        Database.DoesNotExist: it was deleted meanwhile.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=database.account_id)
    with transaction.atomic():
        held = locked(database)
        if changed := set_database(held, fields):
            held.save()
            record(actor=actor, action="database.changed", row=held, detail={"fields": sorted(changed)}, now=now)
    return held
