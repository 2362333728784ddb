"""Make a person a member of an account, or change what they are in it."""

from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership, PlatformAccount, User
from opsflows.accounts.roles import Permission, Role


def grant_role(*, actor: Actor, account: PlatformAccount, user: User, role: str) -> Membership:
    """The membership of `user` in `account`, with `role`.

    Raises:
        Forbidden: the actor may not manage access in this account.
        ValidationError: for `role`, with the known ones.
    """
    actor.require(Permission.ACCESS_MANAGE, account_id=account.pk)
    if role not in Role.values:
        raise ValidationError({"role": f"{role!r} is not a role; use one of {', '.join(Role.values)}."})
    membership, _ = Membership.objects.update_or_create(account=account, user=user, defaults={"role": role})
    return membership
