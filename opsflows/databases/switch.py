"""Switch a database or a statement on or off, and take one away: the same of both, for steps call both by a name."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.databases.find import detail_of, reference_to
from opsflows.databases.models import Database, Statement
from opsflows.databases.used_by import refuse_if_used

Row = TypeVar("Row", Database, Statement)


def switch_row(*, actor: Actor, row: Row, active: bool, now: datetime) -> Row:
    """Switch it on or off; while it is off, steps that name it fail.

    Raises:
        Forbidden: the actor may not.
        ObjectDoesNotExist: it was deleted meanwhile.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=row.account_id)
    with transaction.atomic():
        held = locked(row)
        if held.is_active != active:
            held.is_active = active
            held.save()
            action = f"{reference_to(held).kind}.switched_{'on' if active else 'off'}"
            record(actor=actor, action=action, row=held, now=now)
    return held


def delete_row(*, actor: Actor, row: Row, now: datetime) -> None:
    """Forget it; a database with its statements. In the database itself nothing changes.

    Raises:
        Forbidden: the actor may not.
        ObjectDoesNotExist: it was deleted meanwhile.
        ValidationError: published workflows use it.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=row.account_id)
    with transaction.atomic():
        held = locked(row)
        reference = reference_to(held)
        refuse_if_used(reference, account_id=held.account_id)
        record(actor=actor, action=f"{reference.kind}.removed", row=held, detail=detail_of(held), now=now)
        held.delete()


def locked(row: Row) -> Row:
    """`row` as it is now, held until the transaction ends. Raises `ObjectDoesNotExist`."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)
