"""A reader of the inbox has taken an event (Triggers' `POST /inbox/:id/ack`)."""

import datetime
import uuid

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.models import Event


def acknowledge(*, actor: Actor, event_id: uuid.UUID, now: datetime.datetime) -> Event:
    """Take the event out of the inbox; a second time changes nothing and answers the same.

    Raises:
        Forbidden: the actor may only look.
        Event.DoesNotExist: the inbox of the actor's account never held it.
    """
    actor.require(Permission.EVENTS_ACKNOWLEDGE)
    inbox = Event.objects.filter(pk=event_id, account_id=actor.account_id, door=Event.Door.API)
    inbox.filter(acknowledged_at=None).update(acknowledged_at=now)
    return inbox.get()
