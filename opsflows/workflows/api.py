"""`/api/workflows` (Rules): create a workflow, look at one."""

import uuid

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.problems import FieldProblem, conflict, several
from opsflows.rules import Problem
from opsflows.workflows.api_format import workflow_document
from opsflows.workflows.api_input import Submitted, read_submitted
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.gates import PublishDeferred, PublishRefused
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from opsflows.workflows.warn import warnings_for


class WorkflowsView(APIView):
    """`POST`: a new workflow; with `active` published and live at once, or not stored at all."""

    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        try:
            submitted = read_submitted(request.data)
        except InvalidDefinition as error:
            raise several(map(_field_problem, error.problems)) from None
        try:
            with transaction.atomic():
                workflow, warnings = self._create(actor, submitted)
        except InvalidDefinition as error:
            raise several(map(_field_problem, submitted.named(error.problems))) from None
        except PublishRefused as error:
            raise conflict(str(error), field="active") from None
        document = workflow_document(workflow, warnings=[*warnings, *warnings_for(workflow)])
        location = f"{request.path.rstrip('/')}/{workflow.id}"
        return Response(document, status=201, headers={"Location": location})

    def _create(self, actor: Actor, submitted: Submitted) -> tuple[Workflow, list[Problem]]:
        workflow = create_workflow(
            actor=actor,
            name=submitted.name,
            description=submitted.description,
            category=submitted.category,
            workflow_data=submitted.workflow_data,
            settings=submitted.settings,
        )
        if submitted.active:
            try:
                publish(actor=actor, workflow=workflow, now=timezone.now())
            except PublishDeferred as deferred:
                return workflow, [Problem("active", f"Saved as a draft. {deferred}")]
        return workflow, []


class WorkflowView(APIView):
    """`GET`: one workflow of the account."""

    def get(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        workflows = Workflow.objects.select_related("published_version").filter(account_id=actor.account_id)
        workflow = get_object_or_404(workflows, pk=workflow_id)
        return Response(workflow_document(workflow, warnings=warnings_for(workflow)))


def _field_problem(problem: Problem) -> FieldProblem:
    return FieldProblem(problem.path, problem.message)
