"""Who speaks: a member who signed in or holds a key, or whoever holds the link of one task."""

import uuid
from dataclasses import dataclass

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import User
from opsflows.approvals.models import ApprovalDecision, ApprovalTask

Identity = ApprovalDecision.Identity


@dataclass(frozen=True, slots=True)
class Voice:
    """`actor` is what verbs check; a link or a chat button speaks for `task_id` alone."""

    actor: Actor
    identity: ApprovalDecision.Identity
    name: str
    task_id: uuid.UUID | None = None

    @property
    def is_bound(self) -> bool:
        """Whether it may do nothing but answer its own task."""
        return self.task_id is not None


def voice_of(actor: Actor) -> Voice:
    """A member through the admin, the inbox or the API. Raises `Forbidden` where no person acts."""
    if actor.user_id is None:
        raise Forbidden("A person has to do this.")
    user = User.objects.only("username", "first_name", "last_name").get(pk=actor.user_id)
    identity = Identity.KEY if actor.door == "api" else Identity.LOGIN
    return Voice(actor, identity, called(user))


def voice_of_link(task: ApprovalTask) -> Voice:
    """Whoever opened the link that was mailed for `task`."""
    actor = Actor(account_id=task.account_id, user_id=None, role=None, door="link")
    return Voice(actor, Identity.LINK, task.name, task.pk)


def voice_of_chat(task: ApprovalTask) -> Voice:
    """Whoever pressed a button in the chat message of `task`: its signature was checked, and it is whom we wrote to."""
    actor = Actor(account_id=task.account_id, user_id=task.user_id, role=None, door="slack")
    return Voice(actor, Identity.SIGNATURE, task.name, task.pk)


def called(user: User) -> str:
    """What people call somebody."""
    return (user.get_full_name() or user.username)[:255]
