"""Say no to what somebody wants to publish, or take one's own request back. What is live stays as it is."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.rules import Problem
from opsflows.workflows.approve_publication import held, locked_request
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.four_eyes import decide
from opsflows.workflows.models import PublishRequest


def decline_publication(*, actor: Actor, request_id: uuid.UUID, reason: str, now: datetime) -> PublishRequest:
    """Decline an open request, with the reason for whoever asked.

    Raises:
        PublishRequest.DoesNotExist, Workflow.DoesNotExist: no such request in the actor's account.
        Forbidden: the actor may not, or is the one who asked.
        NotWaiting: it is decided already.
        InvalidDefinition: there is no reason.
    """
    if not reason.strip():
        raise InvalidDefinition([Problem("reason", "This field is required; say what would have to be different.")])
    with transaction.atomic():
        request, _ = held(actor, request_id)
        status = PublishRequest.Status.DECLINED
        decide(actor=actor, request=request, status=status, reason=reason.strip(), now=now)
    return request


def withdraw_publication(*, actor: Actor, request_id: uuid.UUID, now: datetime) -> PublishRequest:
    """Take back what one has asked for oneself.

    Raises:
        PublishRequest.DoesNotExist, Workflow.DoesNotExist: no such request in the actor's account.
        Forbidden: the actor may not, or somebody else asked.
        NotWaiting: it is decided already.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    with transaction.atomic():
        request, _ = locked_request(actor, request_id)
        if actor.user_id != request.requested_by_id:
            raise Forbidden("Somebody else asked for this; only they can take it back.")
        decide(actor=actor, request=request, status=PublishRequest.Status.WITHDRAWN, now=now)
    return request
