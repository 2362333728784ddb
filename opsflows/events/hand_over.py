"""A person has an event handed to its consumer once more, after the consumer could not take it."""

import logging
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.events.models import RoutingFailure
from opsflows.events.route import route_again

logger = logging.getLogger(__name__)


class StillFails(Exception):  # noqa: N818  (it is the answer)
    """The consumer could not take it this time either; the message says what it said."""


def hand_over(*, actor: Actor, failure: RoutingFailure, now: datetime) -> None:
    """Hand the event that was set aside to its consumer again; one that was handed over meanwhile stays as it is.

    Raises:
        Forbidden: the actor may not operate in this account.
        StillFails: whatever the consumer raised; nothing is changed then.
    """
    actor.require(Permission.RUNS_OPERATE, account_id=failure.event.account_id)
    with transaction.atomic():
        rows = RoutingFailure.objects.select_for_update(of=("self",)).select_related("event")
        held = rows.get(pk=failure.pk)
        if held.resolved_at is not None:
            return
        try:
            route_again(held, now=now)
        except Exception as error:
            # Whatever a consumer raises: it is what the person has to read.
            logger.warning("Event %s was handed to %s again in vain: %s", held.event_id, held.consumer, error)
            raise StillFails(f"{type(error).__name__}: {error}") from error
        detail = {"consumer": held.consumer, "set_aside_because": held.error[:500]}
        record(actor=actor, action="event.handed_over", row=held.event, detail=detail, now=now)
