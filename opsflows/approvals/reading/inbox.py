"""What a person finds in their inbox: four lists, each one query, oldest or newest first as it helps."""

from django.db.models import Q, QuerySet

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import Membership
from opsflows.approvals.models import ApprovalRequest, ApprovalTask


def waiting_for(actor: Actor) -> QuerySet[ApprovalTask]:
    """What waits for the actor, the longest first."""
    open_tasks = _tasks(actor).filter(user=actor.user_id, state=ApprovalTask.State.OPEN)
    return open_tasks.order_by("id")


def requested_by(actor: Actor) -> QuerySet[ApprovalRequest]:
    """What the actor asked for, newest first."""
    rows = ApprovalRequest.objects.filter(account_id=actor.account_id, requester=actor.user_id)
    return rows.order_by("-id") if actor.user_id else rows.none()


def team_of(actor: Actor) -> QuerySet[ApprovalTask]:
    """What waits for others whom the actor leads, or who stand in for the actor, the longest first."""
    if actor.user_id is None:
        return _tasks(actor)
    # Names first: together with "or", a join would look at every task of the account.
    members = Membership.objects.filter(account=actor.account_id, manager=actor.user_id)
    led = list(members.exclude(user=actor.user_id).values_list("user_id", flat=True))
    rows = _tasks(actor).filter(Q(user__in=led) | Q(on_behalf_of=actor.user_id), state=ApprovalTask.State.OPEN)
    return rows.exclude(user=actor.user_id).order_by("id")


def done_by(actor: Actor) -> QuerySet[ApprovalTask]:
    """What the actor answered, or was asked and need not answer any more, newest first."""
    rows = _tasks(actor).filter(user=actor.user_id).exclude(state=ApprovalTask.State.OPEN)
    return rows.select_related("decision").order_by("-id")


def _tasks(actor: Actor) -> QuerySet[ApprovalTask]:
    rows = ApprovalTask.objects.filter(account_id=actor.account_id)
    if actor.user_id is None:
        return rows.none()
    return rows.select_related("request", "request__requester", "level", "round", "user", "on_behalf_of")
