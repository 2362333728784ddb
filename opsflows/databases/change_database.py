"""Allow workflows to ask a database, change how it is reached, switch it off, take it away."""

from datetime import datetime
from typing import Unpack

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.databases.find import DATABASE
from opsflows.databases.models import Database
from opsflows.databases.used_by import refuse_if_used
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
        record(actor=actor, action="database.allowed", row=database, detail={"host": database.host}, now=now)
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
        locked = _locked(database)
        if changed := set_database(locked, fields):
            locked.save()
            record(actor=actor, action="database.changed", row=locked, detail={"fields": sorted(changed)}, now=now)
    return locked


def switch_database(*, actor: Actor, database: Database, active: bool, now: datetime) -> Database:
    """Switch it on or off; while it is off, query steps fail.

    Raises:
        Forbidden: the actor may not.
        Database.DoesNotExist: it was deleted meanwhile.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=database.account_id)
    with transaction.atomic():
        locked = _locked(database)
        if locked.is_active != active:
            locked.is_active = active
            locked.save()
            action = "database.switched_on" if active else "database.switched_off"
            record(actor=actor, action=action, row=locked, now=now)
    return locked


def delete_database(*, actor: Actor, database: Database, now: datetime) -> None:
    """Forget how it is reached, with its statements; in the database itself nothing changes.

    Raises:
        Forbidden: the actor may not.
        Database.DoesNotExist: it was deleted meanwhile.
        ValidationError: published workflows ask it.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=database.account_id)
    with transaction.atomic():
        locked = _locked(database)
        refuse_if_used(account_id=locked.account_id, kind=DATABASE, name=locked.name)
        record(actor=actor, action="database.removed", row=locked, now=now)
        locked.delete()


def _locked(database: Database) -> Database:
    return Database.objects.select_for_update().get(pk=database.pk)
