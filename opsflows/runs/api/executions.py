"""`GET /api/workflows/:id/executions` (Rules' execution logs): what ran, what was decided and done, what failed."""

import uuid

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging, ref
from opsflows.api.paging import listing, newest_first
from opsflows.runs.api_format import execution_document
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow


class ExecutionsView(APIView):
    """The runs of a workflow, newest first."""

    @operation(
        "list_executions",
        "A workflow's runs, the newest first",
        tag="Runs",
        description="Each with what started it, the conditions that were evaluated with the values they saw, the "
        "actions with what went in and came out, errors and times.",
        answers={200: page_of("Execution")},
        refusals=(400, 404),
        parameters=paging("before"),
    )
    def get(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        workflow = get_object_or_404(Workflow.objects.only("id"), id=workflow_id, account_id=actor.account_id)
        runs = Execution.objects.filter(workflow=workflow).select_related("version", "event").prefetch_related("steps")
        page = newest_first(request, runs)
        return listing(page, [execution_document(run) for run in page.rows])


class ExecutionView(APIView):
    """One run of a workflow; also of one that was deleted since."""

    @operation("get_execution", "One run", tag="Runs", answers={200: ref("Execution")}, refusals=(404,))
    def get(self, request: Request, workflow_id: uuid.UUID, execution_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        runs = Execution.objects.filter(account_id=actor.account_id, workflow_id=workflow_id)
        return Response(execution_document(get_object_or_404(runs.select_related("version", "event"), pk=execution_id)))
