"""`GET /api/workflows/:id/executions` (Rules' execution logs): what ran, what was decided and done, what failed."""

import re
import uuid

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging, query, ref
from opsflows.api.paging import listing, newest_first
from opsflows.api.problems import invalid
from opsflows.runs.api_format import execution_document, with_steps
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow

_ITERATION = re.compile(r"[0-9]{1,6}(/[0-9]{1,6}){0,3}", re.ASCII)


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
        page = newest_first(request, with_steps(Execution.objects.filter(workflow=workflow)))
        now = timezone.now()
        return listing(page, [execution_document(run, now=now) for run in page.rows])


class ExecutionView(APIView):
    """One run of a workflow; also of one that was deleted since."""

    @operation(
        "get_execution",
        "One run",
        tag="Runs",
        answers={200: ref("Execution")},
        refusals=(400, 404),
        parameters=[query("iteration", {"type": "string"}, "Of a list: the steps about this item, such as `17`.")],
    )
    def get(self, request: Request, workflow_id: uuid.UUID, execution_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        iteration = request.query_params.get("iteration", "")
        if iteration and not _ITERATION.fullmatch(iteration):
            raise invalid("Must be the number of an item, from 0, such as 17 or 3/17.", field="iteration")
        runs = Execution.objects.filter(account_id=actor.account_id, workflow_id=workflow_id)
        run = get_object_or_404(with_steps(runs, iteration), pk=execution_id)
        return Response(execution_document(run, now=timezone.now()))
