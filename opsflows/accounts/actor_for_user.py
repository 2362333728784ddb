"""From a signed-in person to the actor that verbs take."""

from opsflows.accounts.actor import Actor, Door, Forbidden
from opsflows.accounts.models import Membership, PlatformAccount, User


def actor_for_user(*, user: User, account: PlatformAccount, door: Door) -> Actor:
    """`user` acting in `account` with the role they have there. A superuser needs a membership too.

    Raises:
        Forbidden: not an active member of an active account.
    """
    membership = (
        Membership.objects.filter(account=account, user=user, account__is_active=True, user__is_active=True)
        .only("account_id", "user_id", "role")
        .first()
    )
    if membership is None:
        raise Forbidden(f"{user.username} is not an active member of {account.slug}.")
    return actor_for_membership(membership, door=door)


def actor_for_membership(membership: Membership, *, door: Door) -> Actor:
    """The actor that `membership` (already read and in force) makes of its person."""
    return Actor(account_id=membership.account_id, user_id=membership.user_id, role=membership.role, door=door)
