"""Who may look at a request: who asks, who is or was asked, and who may manage everybody's."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.approvals.models import ApprovalRequest, ApprovalTask


def visible_requests(actor: Actor) -> QuerySet[ApprovalRequest]:
    """The requests of the actor's account that they may look at, newest first."""
    rows = ApprovalRequest.objects.filter(account_id=actor.account_id)
    if not actor.may(Permission.APPROVALS_DECIDE):
        return rows.none()
    if actor.may(Permission.APPROVALS_MANAGE):
        return rows
    if actor.user_id is None:
        return rows.none()
    asked = ApprovalTask.objects.filter(request=OuterRef("pk"))
    takes_part = asked.filter(Q(user=actor.user_id) | Q(on_behalf_of=actor.user_id))
    managed = asked.filter(user__memberships__account_id=actor.account_id, user__memberships__manager=actor.user_id)
    return rows.filter(Q(requester=actor.user_id) | Exists(takes_part) | Exists(managed))


def may_see(*, actor: Actor, request: ApprovalRequest) -> bool:
    """Whether the actor may look at `request`."""
    return visible_requests(actor).filter(pk=request.pk).exists()
