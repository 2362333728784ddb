"""`POST /api/workflows/:id/duplicate` (Rules' Duplicate)."""

import uuid
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, ref
from opsflows.api.problems import invalid
from opsflows.workflows.api.refusals import refusing
from opsflows.workflows.api_format import workflow_document
from opsflows.workflows.duplicate import duplicate
from opsflows.workflows.warn import warnings_for


class DuplicateView(APIView):
    """A copy as a draft; the body, which may be left out, may give it a name."""

    @operation(
        "duplicate_workflow",
        "Copy a workflow's draft into a new one",
        tag="Workflows",
        body=ref("WorkflowCopy"),
        body_required=False,
        answers={201: ref("Workflow")},
        refusals=(404,),
        headers={"Location": [201]},
    )
    def post(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        name = _name(request.data)
        with refusing():
            copy = duplicate(actor=actor, workflow_id=workflow_id, name=name, now=timezone.now())
        document = workflow_document(copy, warnings=warnings_for(copy))
        location = request.path.replace(f"{workflow_id}/duplicate", str(copy.pk)).rstrip("/")
        return Response(document, status=201, headers={"Location": location})


def _name(document: Any) -> str | None:
    if not isinstance(document, dict):
        raise invalid("Send an object with the copy's name, or nothing.")
    if unknown := sorted(document.keys() - {"name"}):
        raise invalid("This field is not known here. Known is: name.", field=unknown[0][:80])
    name = document.get("name")
    if name is not None and not isinstance(name, str):
        raise invalid("Must be text.", field="name")
    return name
