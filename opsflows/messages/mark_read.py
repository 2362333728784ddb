"""Notifications that somebody has seen."""

from datetime import datetime

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.messages.models import Notification


def mark_read(*, actor: Actor, notification: Notification, now: datetime) -> None:
    """The actor has seen it; what was seen before keeps its time.

    Raises:
        Forbidden: it is somebody else's.
    """
    if (notification.account_id, notification.user_id) != (actor.account_id, actor.user_id):
        raise Forbidden("This was for somebody else.")
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now)


def mark_all_read(*, actor: Actor, now: datetime) -> int:
    """The actor has seen all that there is for them in their account; how many were new."""
    if actor.user_id is None:
        return 0
    rows = Notification.objects.filter(user=actor.user_id, account=actor.account_id, read_at=None)
    return rows.update(read_at=now)
