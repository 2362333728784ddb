"""An event's page: one column of facts, one of what followed from it."""

from typing import Any

from opsflows.admin_site.document import document
from opsflows.admin_site.markup import badge
from opsflows.events.models import Event, EventPayload, EventRepeat
from opsflows.events.receive import INCOMING_NAME
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.studio.views.explain.silent import silent_context

_LISTED = 50


def event_context(event: Event) -> dict[str, Any]:
    """What templates/admin/opsflows/event.html shows: a fixed number of queries, whatever it caused."""
    payload = EventPayload.objects.filter(event=event).only("data", "headers").first()
    runs = list(
        Execution.objects.filter(event=event)
        .select_related("workflow")
        .only("execution_status", "started_at", "error_message", "workflow__workflow_name")
        .order_by("pk")[: _LISTED + 1]
    )
    emitted = list(Event.objects.filter(cause_execution_id__in=[run.pk for run in runs]).order_by("pk")[: _LISTED + 1])
    return {
        "title": event.name,
        "event": event,
        "payload": document(payload.data) if payload else None,
        "incoming_name": payload.headers.get(INCOMING_NAME, "") if payload else "",
        "headers": document(payload.headers) if payload and payload.headers else None,
        "runs": [{"row": run, "badge": badge(RUN[Execution.Status(run.execution_status)])} for run in runs[:_LISTED]],
        "more_runs": len(runs) > _LISTED,
        "emitted": emitted[:_LISTED],
        "set_aside": list(event.routing_failures.all()[:_LISTED]),
        "cause": _cause(event),
        "repeat": EventRepeat.objects.filter(event=event).first(),
        **silent_context(event),
    }


def _cause(event: Event) -> Execution | None:
    if event.cause_execution_id is None:
        return None
    rows = Execution.objects.filter(pk=event.cause_execution_id, account=event.account_id)
    return rows.select_related("workflow").only("workflow__workflow_name").first()
