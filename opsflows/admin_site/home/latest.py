"""What happened last."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from opsflows.admin_site.markup import badge
from opsflows.admin_site.sidebar import rows_of
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution

_LISTED = 6


def newest_runs(request: HttpRequest) -> Sequence[dict[str, Any]]:
    """The newest runs, each with its badge."""
    runs = rows_of(request, "runs.Execution").select_related("workflow").order_by("-pk")[:_LISTED]
    return [{"row": run, "badge": badge(RUN[Execution.Status(run.execution_status)])} for run in runs]


def newest_events(request: HttpRequest) -> Sequence[Any]:
    """The newest events."""
    return list(rows_of(request, "events.Event").order_by("-pk")[:_LISTED])
