"""Take a person out of an account. Their keys for it stop working with the next request."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership
from opsflows.accounts.roles import Permission, Role
from opsflows.audit.record import record


def remove_member(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """End `membership`; the person stays, and may be a member elsewhere.

    Raises:
        Forbidden: the actor may not manage access in this account.
        ValidationError: it is the actor's own, or the account's last administrator.
    """
    actor.require(Permission.ACCESS_MANAGE, account_id=membership.account_id)
    if membership.user_id == actor.user_id:
        raise ValidationError("You cannot remove yourself; another administrator can.")
    with transaction.atomic():
        admins = Membership.objects.select_for_update().filter(account=membership.account_id, role=Role.ADMIN)
        if {each.pk for each in admins} == {membership.pk}:
            raise ValidationError("This is the account's last administrator; make somebody else one first.")
        rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "account")
        held = rows.get(pk=membership.pk)
        detail = {"person": held.user.username, "role": held.role}
        record(actor=actor, action="role.removed", row=held, detail=detail, now=now)
        held.delete()
