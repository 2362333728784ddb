"""What may be meant and may be a slip: said, and not held against the author."""

import uuid
from collections.abc import Iterator

from django.db.models import Q

from opsflows.events.models import EventType
from opsflows.rules import Problem
from opsflows.workflows.error_workflow import named_in
from opsflows.workflows.models import Workflow
from opsflows.workflows.warn_disabled import disabled_warnings


def warnings_for(workflow: Workflow) -> list[Problem]:
    """Warnings about the draft: the trigger as the rule form calls it, settings by their full path, steps as nodes."""
    return [
        *_event_warnings(workflow),
        *disabled_warnings(workflow.workflow_data),
        *_settings_warnings(workflow),
    ]


def _event_warnings(workflow: Workflow) -> Iterator[Problem]:
    event = workflow.trigger_config.get("event")
    if not isinstance(event, str) or not event or _is_known(workflow.account_id, event):
        return
    yield Problem(
        "trigger",
        f"No event called {event!r} is in the catalog yet. It enters by itself with the first that comes in; "
        "if none does, check the spelling.",
    )


def _settings_warnings(workflow: Workflow) -> Iterator[Problem]:
    """Settings that change nothing as they stand."""
    named = [found.name for found in named_in(workflow.settings)]
    if named and named[0] in (str(workflow.pk), workflow.workflow_name):
        yield Problem(
            "settings.errorHandling.errorWorkflow",
            "This is the workflow itself, and its own failures do not start it; name another one.",
        )
    settings = workflow.settings
    if settings.get("throttleAction") is not None and settings.get("maxExecutionsPerHour") is None:
        yield Problem(
            "settings.throttleAction",
            "throttleAction says what is done with runs over the limit, and there is none: add maxExecutionsPerHour.",
        )


def _is_known(account_id: uuid.UUID, event_name: str) -> bool:
    mine = Q(account=None) | Q(account_id=account_id)
    return EventType.objects.filter(mine, event_name=event_name).exists()
