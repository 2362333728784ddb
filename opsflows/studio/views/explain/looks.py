"""How the answers look: word, colour and icon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from opsflows.admin_site.markup import Look, badge, page_for
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.studio.explain.verdict import Reason, StartedRun, Verdict
from opsflows.workflows.models import Workflow

LOOKS = {
    Reason.SET_ASIDE: Look("Set aside", "attention", "report"),
    Reason.NOT_YET: Look("Not handed over yet", "waiting", "hourglass_empty"),
    Reason.DROPPED: Look("Left out", "attention", "block"),
    Reason.NO_TRACE: Look("Run not kept", "off", "delete_history"),
    Reason.CONDITION: Look("Condition did not hold", "off", "filter_alt"),
    Reason.UNREADABLE: Look("Cannot be read", "failed", "error"),
    Reason.PAYLOAD_GONE: Look("Cannot be told", "off", "help"),
    Reason.PAUSED: Look("Paused then", "off", "pause_circle"),
    Reason.LATER: Look("Published later", "off", "event_upcoming"),
    Reason.OTHER_EVENT: Look("Listened to another event", "off", "hearing_disabled"),
    Reason.NEVER: Look("Never published", "off", "edit_note"),
    Reason.DELETED: Look("Deleted", "off", "delete"),
    Reason.IN_LINE: Look("Waits to begin", "waiting", "schedule"),
    Reason.RAN: Look("Started", "done", "play_circle"),
}


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with its state and its page."""

    run: StartedRun
    badge: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """An answer as a page shows it. `url` leads to the workflow, and is empty where it was deleted."""

    verdict: Verdict
    badge: SafeString
    url: str
    why_url: str
    runs: Sequence[ShownRun]
    #: The verdict's explanation as a group, so that a single comparison shows like several.
    explanation: Any


def shown(verdict: Verdict, event_id: Any) -> ShownVerdict:
    """`verdict` about the event, ready for templates/studio/explain/verdict.html."""
    runs = [
        ShownRun(run, badge(RUN[Execution.Status(run.status)]), page_for(Execution, run.id)) for run in verdict.runs[:5]
    ]
    why = reverse("studio:why-not", args=[verdict.workflow_id])
    return ShownVerdict(
        verdict=verdict,
        badge=badge(LOOKS[verdict.reason]),
        url="" if verdict.is_deleted else page_for(Workflow, verdict.workflow_id),
        why_url="" if verdict.is_deleted else f"{why}?event={event_id}",
        runs=runs,
        explanation=verdict.explanation,
    )
