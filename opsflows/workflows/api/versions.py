"""`GET /api/workflows/:id/versions` (Rules' version history)."""

import uuid

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging
from opsflows.api.paging import listing, newest_first
from opsflows.workflows.api_format import version_document
from opsflows.workflows.models import Workflow, WorkflowVersion

_UNSHOWN = ("workflow_data", "settings", "references", "kind_versions")


class VersionsView(APIView):
    """What was published of a workflow, the newest first."""

    @operation(
        "list_versions",
        "What was published of a workflow, the newest first",
        tag="Workflows",
        answers={200: page_of("WorkflowVersion")},
        refusals=(400, 404),
        parameters=paging("before"),
    )
    def get(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        workflows = Workflow.objects.filter(account_id=actor.account_id).only("is_active", "published_version_id")
        workflow = get_object_or_404(workflows, pk=workflow_id)
        rows = WorkflowVersion.objects.filter(workflow=workflow).select_related("created_by").defer(*_UNSHOWN)
        page = newest_first(request, rows)
        return listing(page, [version_document(version, workflow) for version in page.rows])
