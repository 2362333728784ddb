"""`GET /api/workflows/:id/executions` (Rules' execution logs): what ran, what was decided and done, what failed."""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.paging import listing, newest_first
from opsflows.runs.models import Execution, Step
from opsflows.workflows.models import Workflow


class ExecutionsView(APIView):
    """The runs of a workflow, newest first."""

    def get(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        workflow = get_object_or_404(Workflow.objects.only("id"), id=workflow_id, account_id=actor.account_id)
        runs = Execution.objects.filter(workflow=workflow).select_related("version", "event").prefetch_related("steps")
        page = newest_first(request, runs)
        return listing(page, [execution_document(run) for run in page.rows])


def execution_document(run: Execution) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "id": run.id,
        "workflowId": run.workflow_id,
        "version": run.version.number,
        "status": run.execution_status,
        "triggerEvent": {"id": run.event.id, "type": run.event.name} if run.event else None,
        "currentStep": run.current_step,
        "startedAt": run.started_at,
        "completedAt": run.completed_at,
        "executionTimeMs": run.execution_time_ms,
        "error": run.error_message,
        "steps": [step_document(step) for step in sorted(run.steps.all(), key=lambda step: step.id)],
    }


def step_document(step: Step) -> dict[str, Any]:
    """One attempt of one step as JSON; a condition's output holds each comparison with the value it saw."""
    return {
        "id": step.step_id,
        "type": step.step_config.get("kind"),
        "label": step.step_config.get("label"),
        "status": step.step_status,
        "attempt": step.attempt,
        "outcome": step.handle or None,
        "input": step.input_data,
        "output": step.output_data,
        "warnings": step.warnings,
        "error": step.error_message,
        "startedAt": step.started_at,
        "completedAt": step.completed_at,
    }
