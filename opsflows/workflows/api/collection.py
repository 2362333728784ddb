"""`/api/workflows`: list the account's workflows, create one."""

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging, query, ref
from opsflows.api.paging import listing, newest_first
from opsflows.api.problems import invalid
from opsflows.events.names import name_problem
from opsflows.rules import Problem
from opsflows.workflows.api.refusals import refusing
from opsflows.workflows.api_format import summary_document, workflow_document
from opsflows.workflows.api_input import Submitted, read_submitted
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.gates import PublishDeferred
from opsflows.workflows.models import Workflow, WorkflowTag
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from opsflows.workflows.searchable import searched
from opsflows.workflows.set_tags import set_tags
from opsflows.workflows.tag_names import clean_tag
from opsflows.workflows.warn import warnings_for

_SHOWN = (
    "workflow_name",
    "description",
    "category",
    "trigger_config",
    "is_active",
    "revision",
    "created_at",
    "updated_at",
    "published_version__number",
)


class WorkflowsView(APIView):
    """`GET`: what there is, in short. `POST`: a new one; with `active` live at once, or not stored at all."""

    @operation(
        "list_workflows",
        "The account's workflows in short, the newest first",
        tag="Workflows",
        answers={200: page_of("WorkflowSummary")},
        refusals=(400,),
        parameters=[
            *paging("before"),
            query("active", {"enum": ["true", "false"]}, "Only those that events start, or the others."),
            query("status", {"enum": ["draft", "published"]}, "Only what was ever published, or never."),
            query("trigger", {"type": "string"}, "Only those that this event starts, such as order.shipped."),
            query("tag", {"type": "string"}, "Only those that bear this tag."),
            query("search", {"type": "string"}, "Only those in which all of these words stand, wherever that is."),
        ],
    )
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        rows = Workflow.objects.filter(account_id=actor.account_id).select_related("published_version").only(*_SHOWN)
        tags = Prefetch("tags", WorkflowTag.objects.only("name", "workflow_id"))
        page = newest_first(request, _narrowed(request, rows).prefetch_related(tags))
        return listing(page, [summary_document(workflow) for workflow in page.rows])

    @operation(
        "create_workflow",
        "Create a workflow",
        tag="Workflows",
        description="With `active` it is live at once, or not stored at all; without, it is a draft and may be "
        "unfinished.",
        body=ref("NewWorkflow"),
        answers={201: ref("Workflow")},
        refusals=(409,),
        headers={"Location": [201]},
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        with refusing():
            submitted = read_submitted(request.data)
            try:
                with transaction.atomic():
                    workflow, warnings = _create(actor, submitted)
            except InvalidDefinition as error:
                raise InvalidDefinition(submitted.named(error.problems)) from None
        document = workflow_document(workflow, warnings=[*warnings, *warnings_for(workflow)])
        location = f"{request.path.rstrip('/')}/{workflow.id}"
        return Response(document, status=201, headers={"Location": location})


def _create(actor: Actor, submitted: Submitted) -> tuple[Workflow, list[Problem]]:
    workflow = create_workflow(
        actor=actor,
        name=submitted.name,
        description=submitted.description,
        category=submitted.category,
        workflow_data=submitted.workflow_data,
        settings=submitted.settings,
    )
    now = timezone.now()
    if submitted.tags:
        set_tags(actor=actor, workflow=workflow, tags=submitted.tags, now=now)
    if submitted.active:
        try:
            publish(actor=actor, workflow=workflow, now=now)
        except PublishDeferred as deferred:
            return workflow, [Problem("active", f"Saved as a draft. {deferred}")]
    return workflow, []


def _narrowed(request: Request, rows: QuerySet[Workflow]) -> QuerySet[Workflow]:
    """What the query parameters `active`, `status`, `trigger`, `tag` and `search` leave of `rows`."""
    if active := _one_of(request, "active", "true", "false"):
        rows = rows.filter(is_active=active == "true")
    if status := _one_of(request, "status", "draft", "published"):
        rows = rows.filter(published_version__isnull=status == "draft")
    if trigger := request.query_params.get("trigger"):
        if problem := name_problem(trigger):
            raise invalid(problem, field="trigger", hint="Such as order.shipped.")
        rows = rows.filter(trigger_config__event=trigger)
    if tag := _text(request, "tag"):
        rows = rows.filter(tags__name=clean_tag(tag))
    return searched(rows, _text(request, "search"))


def _text(request: Request, name: str) -> str:
    text: str = request.query_params.get(name, "").strip()
    if "\x00" in text:
        raise invalid(f"{name} holds a character that no text has.", field=name)
    return text


def _one_of(request: Request, name: str, *known: str) -> str | None:
    value = request.query_params.get(name)
    if value is not None and value not in known:
        raise invalid(f"{name} is {' or '.join(known)}.", field=name)
    return value
