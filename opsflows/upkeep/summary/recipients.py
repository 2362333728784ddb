"""Who gets the daily summary: administrators, unless they said no, and whoever said yes."""

import uuid
from dataclasses import dataclass

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import Membership, User
from opsflows.accounts.roles import Permission, Role
from opsflows.upkeep.models import SummaryChoice


@dataclass(frozen=True, slots=True)
class Reader:
    """A member of the account, and whether the summary goes to them."""

    user: User
    wants: bool

    @property
    def gets_it(self) -> bool:
        """It goes to people who can be written to."""
        return self.wants and bool(self.user.email)


def readers(account_id: uuid.UUID) -> list[Reader]:
    """Every active member, by username. Two queries."""
    said = dict(SummaryChoice.objects.filter(account=account_id).values_list("user_id", "wants"))
    members = Membership.objects.filter(account=account_id, user__is_active=True).select_related("user")
    return [
        Reader(member.user, said.get(member.user_id, member.role == Role.ADMIN))
        for member in members.order_by("user__username")
    ]


def choose_summary(*, actor: Actor, user_id: uuid.UUID, wants: bool) -> SummaryChoice:
    """Whether `user_id` gets the summary from now on. Everyone decides for themselves, administrators for all.

    Raises:
        Forbidden: the actor decides for somebody else and may not.
        Membership.DoesNotExist: no such person in the actor's account.
    """
    if user_id != actor.user_id:
        actor.require(Permission.ACCOUNT_MANAGE)
    elif not actor.may(Permission.WORKFLOWS_READ):
        raise Forbidden("You may not read what the summary tells.")
    Membership.objects.get(account=actor.account_id, user=user_id)
    choice = SummaryChoice.objects.filter(account=actor.account_id, user=user_id).first()
    choice = choice or SummaryChoice(account_id=actor.account_id, user_id=user_id)
    choice.wants = wants
    choice.save()
    return choice
