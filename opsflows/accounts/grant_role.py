"""Make a person a member of an account, or change what they are in it."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership, PlatformAccount, User
from opsflows.accounts.roles import Permission, Role
from opsflows.audit.record import record


def grant_role(*, actor: Actor, account: PlatformAccount, user: User, role: str, now: datetime) -> Membership:
    """The membership of `user` in `account`, with `role`; where they have it already, nothing changes.

    Raises:
        Forbidden: the actor may not manage access in this account.
        ValidationError: for `role`: it is none of the known ones, or the account would be left without administrator.
    """
    actor.require(Permission.ACCESS_MANAGE, account_id=account.pk)
    if role not in Role.values:
        raise ValidationError({"role": f"{role!r} is not a role; use one of {', '.join(Role.values)}."})
    with transaction.atomic():
        memberships = Membership.objects.select_for_update()
        membership, created = memberships.get_or_create(account=account, user=user, defaults={"role": role})
        before = None if created else membership.role
        if before == role:
            return membership
        if not created:
            if before == Role.ADMIN and not _has_another(memberships, membership):
                message = "This is the account's last administrator; make somebody else one first."
                raise ValidationError({"role": message})
            membership.role = role
            membership.save(update_fields=["role"])
        detail = {"person": user.username, "role": role} | ({} if before is None else {"instead_of": before})
        record(actor=actor, action="role.granted", row=membership, detail=detail, now=now)
    return membership


def _has_another(held: QuerySet[Membership], admin: Membership) -> bool:
    """Whether the account has an administrator besides `admin`; locked, so that two cannot step down together."""
    admins = held.filter(account=admin.account_id, role=Role.ADMIN).order_by("pk")
    return any(each.pk != admin.pk for each in admins)
