"""`/api/workflows/:id`: one workflow, whole; change some of its fields; delete it."""

import uuid

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, ref
from opsflows.workflows.api.refusals import refusing
from opsflows.workflows.api_format import workflow_document
from opsflows.workflows.api_input import read_change
from opsflows.workflows.change_workflow import change_workflow
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.models import Workflow
from opsflows.workflows.warn import warnings_for


class WorkflowView(APIView):
    """A workflow of the account."""

    @operation("get_workflow", "A workflow, whole", tag="Workflows", answers={200: ref("Workflow")}, refusals=(404,))
    def get(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        workflows = Workflow.objects.select_related("published_version").filter(account_id=actor.account_id)
        workflow = get_object_or_404(workflows, pk=workflow_id)
        return Response(workflow_document(workflow, warnings=warnings_for(workflow)))

    @operation(
        "change_workflow",
        "Change some fields of a workflow",
        tag="Workflows",
        description="What is not sent stays as it is. A live workflow runs what it says: a change of its definition "
        "is published at once, or refused. Of one that is not live only the draft changes, until `active` is true.",
        body=ref("WorkflowChange"),
        answers={200: ref("Workflow")},
        refusals=(404, 409),
    )
    def put(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        with refusing():
            sent = read_change(request.data)
            changed = change_workflow(
                actor=actor,
                workflow_id=workflow_id,
                name=sent.name,
                description=sent.description,
                category=sent.category,
                tags=sent.tags,
                parts=sent.parts,
                active=sent.active,
                revision=sent.revision,
                now=timezone.now(),
            )
        workflow = changed.workflow
        return Response(workflow_document(workflow, warnings=[*changed.warnings, *warnings_for(workflow)]))

    @operation(
        "delete_workflow",
        "Delete a workflow",
        tag="Workflows",
        description="It is hidden from then on, and nothing starts it. Runs under way finish; runs and versions stay.",
        answers={204: None},
        refusals=(404,),
    )
    def delete(self, request: Request, workflow_id: uuid.UUID) -> Response:
        delete_workflow(actor=actor_of(request), workflow_id=workflow_id, now=timezone.now())
        return Response(status=204)
