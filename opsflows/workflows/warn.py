"""What may be meant and may be a slip: said, and not held against the author."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from opsflows.events.models import EventType
from opsflows.rules import Problem
from opsflows.workflows.models import Workflow


def warnings_for(workflow: Workflow) -> list[Problem]:
    """Warnings about the draft: the trigger as the rule form calls it, settings by their full path."""
    return [*_event_warnings(workflow), *_settings_warnings(workflow.settings)]


def _event_warnings(workflow: Workflow) -> Iterator[Problem]:
    event = workflow.trigger_config.get("event")
    if not isinstance(event, str) or not event or _is_known(workflow.account_id, event):
        return
    yield Problem(
        "trigger",
        f"No event called {event!r} is in the catalog yet. It enters by itself with the first that comes in; "
        "if none does, check the spelling.",
    )


def _settings_warnings(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Rules' settings that are kept for later and change nothing today."""
    handling = settings.get("errorHandling")
    if isinstance(handling, Mapping) and handling.get("notifyOnFailure"):
        yield Problem(
            "settings.errorHandling.notifyOnFailure",
            "notifyOnFailure is stored but not acted on yet: nobody is written to when a run fails.",
        )
    if settings.get("throttleAction") is not None and settings.get("maxExecutionsPerHour") is None:
        yield Problem(
            "settings.throttleAction",
            "throttleAction says what is done with runs over the limit, and there is none: add maxExecutionsPerHour.",
        )


def _is_known(account_id: uuid.UUID, event_name: str) -> bool:
    mine = Q(account=None) | Q(account_id=account_id)
    return EventType.objects.filter(mine, event_name=event_name).exists()
