"""What may be meant and may be a slip: said, and not held against the author."""

import uuid

from django.db.models import Q

from opsflows.events.models import EventType
from opsflows.rules import Problem
from opsflows.workflows.models import Workflow


def warnings_for(workflow: Workflow) -> list[Problem]:
    """Warnings about the draft, at places as the rule form calls them."""
    event = workflow.trigger_config.get("event")
    if not isinstance(event, str) or not event or _is_known(workflow.account_id, event):
        return []
    return [
        Problem(
            "trigger",
            f"No event called {event!r} is in the catalog yet. It enters by itself with the first that comes in; "
            "if none does, check the spelling.",
        )
    ]


def _is_known(account_id: uuid.UUID, event_name: str) -> bool:
    mine = Q(account=None) | Q(account_id=account_id)
    return EventType.objects.filter(mine, event_name=event_name).exists()
