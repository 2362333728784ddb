"""A workflow's page: what it does in words and as a picture, what stands in the way, how it fares, and who needs it."""

from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from opsflows.admin_site.document import document
from opsflows.admin_site.markup import badge
from opsflows.insights.models import WorkflowMetric
from opsflows.outbound import redact_value
from opsflows.rules import Problem
from opsflows.runs.admin.in_line import in_line_of
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.runs.trace.places import Plan
from opsflows.studio.conflicts.find import conflicts_of
from opsflows.studio.versions.before_publishing import in_words_of
from opsflows.workflows.admin.dependents import relying_on
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.admin.sentence import reading
from opsflows.workflows.admin.step_links import address_of, linked, step_address
from opsflows.workflows.models import Workflow
from opsflows.workflows.unpublished import has_unpublished
from opsflows.workflows.validate import publish_problems
from opsflows.workflows.warn import warnings_for

_LISTED = 10
#: Days of which the page tells how often it ran.
_DAYS = 30


def workflow_context(workflow: Workflow) -> dict[str, Any]:
    """What templates/admin/opsflows/workflow.html shows."""
    runs = Execution.objects.filter(workflow=workflow).order_by("-pk")
    versions = workflow.versions.select_related("created_by").defer("workflow_data", "settings", "references")
    activations = workflow.activations.select_related("version").defer(
        "version__workflow_data", "version__settings", "version__references"
    )
    look = look_of(workflow)
    read = reading(workflow.workflow_data)
    return {
        "workflow": workflow,
        "look": look,
        "badge": badge(look),
        "reading": read,
        "lines": [{"line": line, "config": document(line.config) if line.config else None} for line in read.lines],
        **_said(workflow),
        "warnings": warnings_for(workflow),
        "asked": workflow.publish_requests.select_related("requested_by", "decided_by").first(),
        "is_changed": workflow.published_version is not None and has_unpublished(workflow),
        "versions": list(versions[:_LISTED]),
        "versions_url": address_of("studio:versions", workflow),
        "activations": list(activations[:_LISTED]),
        "runs": [
            {"row": run, "badge": badge(RUN[Execution.Status(run.execution_status)])}
            for run in runs.only("execution_status", "started_at", "error_message")[:_LISTED]
        ],
        "figures": _figures(workflow),
        "days": _DAYS,
        "in_line": in_line_of(workflow.pk),
        "relying": list(relying_on(workflow)),
        "tags": [tag.name for tag in workflow.tags.all()],
        "definition": document(redact_value(workflow.workflow_data)),
        "settings": document(redact_value(workflow.settings)) if workflow.settings else None,
    }


def _said(workflow: Workflow) -> dict[str, Any]:
    """What stands in the way, and what was proven of the draft, each with the step at which it is mended."""
    graph = Plan.of(workflow.workflow_data).graph
    entry = graph.entry()
    places: dict[str, Any] = {
        "trigger_ids": [node.id for node in graph.triggers],
        "entry_id": entry.id if entry else "",
    }
    raw = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
    told = [Problem(each.place, each.message) for each in in_words_of(workflow, raw)]
    problems = linked(workflow, raw, told, **places)
    # What is broken is mended first; then it can be told what else it does.
    conflicts = [] if problems else conflicts_of(workflow)
    return {
        "problems": problems,
        "conflicts": [
            {"conflict": conflict, "url": step_address(workflow, conflict.node_id, **places)} for conflict in conflicts
        ],
    }


def _figures(workflow: Workflow) -> dict[str, int] | None:
    """Runs of the last days that are over; None where there was none."""
    since = timezone.localdate() - timedelta(days=_DAYS)
    found = WorkflowMetric.objects.filter(workflow=workflow, date__gte=since).aggregate(
        runs=Sum("executions"), failed=Sum("failed_executions"), time=Sum("total_processing_time")
    )
    if not found["runs"]:
        return None
    return {"runs": found["runs"], "failed": found["failed"], "seconds": found["time"] // found["runs"] // 1000}
