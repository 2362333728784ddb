"""The first page: what needs somebody, whether work is being done, and what happened last."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from opsflows.admin_site import words
from opsflows.admin_site.filters import first_id
from opsflows.admin_site.markup import Look, badge
from opsflows.admin_site.sidebar import few, may, rows_of
from opsflows.events.admin.set_aside import unresolved
from opsflows.queue.heartbeat import STALE
from opsflows.queue.models import WorkerHeartbeat
from opsflows.records.admin.task import open_tasks
from opsflows.runs.admin.looks import RUN, attention, with_status
from opsflows.runs.models import Execution

_LISTED = 8


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows, each number and list read through an index and with an end."""
    now = timezone.now()
    runs = rows_of(request, "runs.Execution")
    events = rows_of(request, "events.Event")
    day = first_id(now - timedelta(days=1))
    newest_runs = list(runs.select_related("workflow").order_by("-pk")[:_LISTED])
    return {
        **context,
        "title": "Home",
        "numbers": [
            ("Runs that need you", few(attention(runs)), "runs.Execution", "status=needs_attention", "attention"),
            (
                "Failed in 24 hours",
                few(with_status(runs, "failed").filter(pk__gte=day)),
                "runs.Execution",
                "status=failed&when=day",
                "failed",
            ),
            (
                "Events set aside",
                few(unresolved(rows_of(request, "events.RoutingFailure"))),
                "events.RoutingFailure",
                "state=waiting",
                "attention",
            ),
            ("Open tasks", few(open_tasks(rows_of(request, "records.Task"))), "records.Task", "", "running"),
        ],
        "worker": _worker(),
        "waiting_events": few(events.filter(routed_at=None)),
        "newest_events": list(events.order_by("-pk")[:_LISTED]),
        "newest_runs": [
            {"row": run, "badge": badge(RUN[Execution.Status(run.execution_status)])} for run in newest_runs
        ],
        "has_sources": _any(rows_of(request, "events.Source")),
        "has_workflows": _any(rows_of(request, "workflows.Workflow")),
        "may_begin": may(request, "events.Source", "add"),
        "may_issue_keys": may(request, "accounts.ApiKey", "add"),
        "public_url": settings.PUBLIC_URL,
    }


def _worker() -> dict[str, Any]:
    now = timezone.now()
    row = WorkerHeartbeat.objects.filter(stopped_at=None).order_by("-beat_at").first()
    if row is not None and now - row.beat_at <= STALE:
        look = Look("Working", "done", "favorite")
        return {"badge": badge(look), "sentence": f"A worker is alive, last heard {words.span(now - row.beat_at)} ago."}
    look = Look("No worker", "failed", "heart_broken")
    heard = f"The last one was heard {words.span(now - row.beat_at)} ago. " if row else ""
    return {"badge": badge(look), "sentence": f"{heard}Events are kept but nothing runs: start one with make worker."}


def _any(rows: QuerySet[Any]) -> bool:
    return bool(rows.order_by().values_list("pk", flat=True)[:1])
