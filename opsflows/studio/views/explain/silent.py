"""The part of an event's own page that tells who did not react, and why."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from opsflows.events.models import Event
from opsflows.studio.explain.event import explain_event
from opsflows.studio.views.explain.looks import shown


def silent_context(event: Event) -> dict[str, Any]:
    """What templates/studio/explain/silent.html shows: the first few that did not start, the most telling first."""
    found = explain_event(account_id=event.account_id, event=event, now=timezone.now(), only_silent=True)
    return {
        "silent": [shown(verdict, event.pk) for verdict in found.verdicts],
        "silent_more": found.total - len(found.verdicts),
        "silent_url": reverse("studio:explain-event", args=[event.pk]),
    }
