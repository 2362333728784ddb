"""Say who somebody's manager is: whom approvals ask where they say “manager”."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership, User
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record


def set_manager(*, actor: Actor, membership: Membership, manager: User | None, now: datetime) -> Membership:
    """`manager` is asked for what the member requests from now on; None: nobody is.

    Raises:
        Forbidden: the actor may not manage access in this account.
        Membership.DoesNotExist: the person was removed meanwhile.
        ValidationError: for `manager`: it is the person, no active member, or somebody whose manager they are.
    """
    actor.require(Permission.ACCESS_MANAGE, account_id=membership.account_id)
    with transaction.atomic():
        # All of the account, in one order: two who are made each other's managers at once would make a circle.
        rows = Membership.objects.select_for_update(of=("self",)).filter(account=membership.account_id)
        held = {row.user_id: row for row in rows.select_related("user", "manager").order_by("pk")}
        row = held.get(membership.user_id)
        if row is None or row.pk != membership.pk:
            raise Membership.DoesNotExist("This person is no member any more.")
        if manager is not None:
            _check(row, manager, held)
        if row.manager_id == (manager.pk if manager else None):
            return row
        before, row.manager = row.manager, manager
        row.save(update_fields=["manager"])
        detail = {
            "person": row.user.username,
            "manager": manager.username if manager else "nobody",
            "instead_of": before.username if before else "nobody",
        }
        record(actor=actor, action="manager.set", row=row, detail=detail, now=now)
    return row


def _check(row: Membership, manager: User, held: dict[uuid.UUID, Membership]) -> None:
    if manager.pk == row.user_id:
        raise ValidationError({"manager": "Nobody is their own manager; choose somebody else, or nobody."})
    if manager.pk not in held or not held[manager.pk].user.is_active:
        raise ValidationError({"manager": "Only an active member of this account can be somebody's manager."})
    above, seen = held.get(manager.pk), {manager.pk}
    while above is not None and above.manager_id is not None and above.manager_id not in seen:
        if above.manager_id == row.user_id:
            way = "is" if above.user_id == manager.pk else "is, through others,"
            message = f"{row.user} {way} the manager of {manager}; change that first, or choose somebody else."
            raise ValidationError({"manager": message})
        seen.add(above.manager_id)
        above = held.get(above.manager_id)
