"""A workflow's page: what it does in words, what stands in the way of publishing, versions, and its last runs."""

from typing import Any

from opsflows.admin_site.document import document
from opsflows.admin_site.markup import badge
from opsflows.outbound import redact_value
from opsflows.runs.admin.in_line import in_line_of
from opsflows.runs.admin.looks import RUN
from opsflows.runs.models import Execution
from opsflows.workflows.admin.looks import look_of
from opsflows.workflows.admin.sentence import reading
from opsflows.workflows.admin.workflow_acts import named
from opsflows.workflows.models import Workflow
from opsflows.workflows.unpublished import has_unpublished
from opsflows.workflows.validate import publish_problems
from opsflows.workflows.warn import warnings_for

_LISTED = 10


def workflow_context(workflow: Workflow) -> dict[str, Any]:
    """What templates/admin/opsflows/workflow.html shows."""
    problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
    runs = Execution.objects.filter(workflow=workflow).order_by("-pk")
    versions = workflow.versions.select_related("created_by").defer("workflow_data", "settings")
    activations = workflow.activations.select_related("version").defer("version__workflow_data", "version__settings")
    look = look_of(workflow)
    read = reading(workflow.workflow_data)
    return {
        "workflow": workflow,
        "look": look,
        "badge": badge(look),
        "reading": read,
        "lines": [{"line": line, "config": document(line.config) if line.config else None} for line in read.lines],
        "problems": named(problems, workflow.workflow_data),
        "warnings": warnings_for(workflow),
        "asked": workflow.publish_requests.select_related("requested_by", "decided_by").first(),
        "is_changed": workflow.published_version is not None and has_unpublished(workflow),
        "versions": list(versions[:_LISTED]),
        "activations": list(activations[:_LISTED]),
        "runs": [
            {"row": run, "badge": badge(RUN[Execution.Status(run.execution_status)])}
            for run in runs.only("execution_status", "started_at", "error_message")[:_LISTED]
        ],
        "in_line": in_line_of(workflow.pk),
        "definition": document(redact_value(workflow.workflow_data)),
        "settings": document(workflow.settings) if workflow.settings else None,
    }
