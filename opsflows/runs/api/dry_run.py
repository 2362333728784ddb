"""`POST /api/workflows/:id/test` (Rules' dry run): what would happen, and nothing does."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, ref
from opsflows.api.problems import conflict, invalid
from opsflows.runs.api_format import dry_run_document
from opsflows.runs.dry_run import dry_run
from opsflows.workflows.api.refusals import refusing
from opsflows.workflows.api_format import problem_documents
from opsflows.workflows.change_parts import named
from opsflows.workflows.errors import InvalidDefinition, NotPublished
from opsflows.workflows.models import Workflow
from opsflows.workflows.rule_problems import in_graph_terms
from opsflows.workflows.validate import publish_problems

_KEYS = ("dryRun", "testData", "version")


class DryRunView(APIView):
    """Tries the draft, or what is published, with the data that is sent."""

    @operation(
        "test_workflow",
        "Try a workflow: what a run would do, and nothing is done",
        tag="Runs",
        description="Conditions are evaluated, texts rendered, branches taken. What writes or sends is shown and taken "
        "to have gone well.",
        body=ref("Test"),
        body_required=False,
        answers={200: ref("DryRun")},
        refusals=(404, 409),
    )
    def post(self, request: Request, workflow_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        asked = _read(request.data)
        rows = Workflow.objects.select_related("account", "published_version").filter(account_id=actor.account_id)
        workflow = get_object_or_404(rows, pk=workflow_id)
        with refusing():
            try:
                tried = dry_run(
                    actor=actor, workflow=workflow, data=asked.data, published=asked.published, now=timezone.now()
                )
            except NotPublished as error:
                raise conflict(str(error), field="version") from None
            except InvalidDefinition as error:
                problems = in_graph_terms(error.problems) if asked.published else named(error.problems, workflow)
                raise InvalidDefinition(problems) from None
        problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
        shown = [] if asked.published else problem_documents(named(problems, workflow))
        return Response(dry_run_document(tried, problems=shown))


@dataclass(frozen=True, slots=True)
class _Asked:
    data: Mapping[str, Any]
    published: bool


def _read(document: Any) -> _Asked:
    if not isinstance(document, dict):
        raise invalid("Send an object with testData.")
    if unknown := sorted(document.keys() - set(_KEYS)):
        raise invalid(f"This field is not known here. Known are: {', '.join(_KEYS)}.", field=unknown[0][:80])
    is_dry, data, version = (document.get(key) for key in _KEYS)
    if is_dry is False:
        raise invalid(
            "This address only tries: with dryRun false it does nothing.",
            field="dryRun",
            hint="To start a run in earnest, use POST /api/workflows/:id/run.",
        )
    if is_dry is not None and is_dry is not True:
        raise invalid("Must be true.", field="dryRun")
    if data is not None and not isinstance(data, dict):
        raise invalid("Must be an object: what the event would carry.", field="testData")
    if version not in (None, "draft", "published"):
        raise invalid('Must be "draft" or "published".', field="version")
    return _Asked(data or {}, version == "published")
