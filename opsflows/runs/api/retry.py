"""`POST /api/executions/:id/retry`, `POST /api/executions/retry`: runs that are over, taken up once more; their job."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import header, operation, ref
from opsflows.api.problems import conflict, invalid
from opsflows.queue.models import Job
from opsflows.runs.api.start import idempotency_key
from opsflows.runs.api_format import execution_document, with_steps
from opsflows.runs.models import Execution
from opsflows.runs.replay.api_format import job_document
from opsflows.runs.replay.over import NotTakenUp
from opsflows.runs.replay.retry_many import KIND, How, RetryOver, retry_many, stop_retry
from opsflows.runs.replay.start_again import WhichVersion, start_again
from opsflows.runs.replay.take_up import take_up
from opsflows.runs.replay.which import FAILED, MAX_NAMED, Which
from opsflows.workflows.models import Workflow

_FROM = ("failed_step", "start")
_VERSIONS = ("same", "newest")
_FILTERS = ("workflowId", "status", "since", "until")
_KEY = header("Idempotency-Key", "Anything that is the same for the same request, and for no other.")


class RetryView(APIView):
    """200 with the run that goes on, 201 with the one that was started."""

    @operation(
        "retry_execution",
        "Take up a run that failed, or start one again",
        tag="Runs",
        description="`failed_step`: the same run goes on from the step that failed; that step's call is made again "
        "under a new key. `start`: a new run begins with what the first began with, and all calls are made again.",
        body=ref("Retry"),
        body_required=False,
        answers={200: ref("Execution"), 201: ref("Execution")},
        refusals=(404, 409),
        parameters=[_KEY],
    )
    def post(self, request: Request, execution_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.RUNS_OPERATE)
        document = _object(request.data, {"from", "version"})
        start, version = _how(document)
        now = timezone.now()
        try:
            if start:
                key = idempotency_key(request)
                run = start_again(actor=actor, execution_id=execution_id, version=version, key=key, now=now)
            else:
                run = take_up(actor=actor, execution_id=execution_id, now=now)
        except NotTakenUp as error:
            raise conflict(str(error)) from None
        shown = with_steps(Execution.objects.all()).get(pk=run.pk)
        return Response(execution_document(shown, now=now), status=201 if start else 200)


class RetryManyView(APIView):
    """202 with the job: each run is taken up once, a few at a time."""

    @operation(
        "retry_executions",
        "Take up many runs that failed, or start them again",
        tag="Runs",
        description="The runs that failed before this request, named one by one or by what they have in common. A job "
        "takes each of them up once; how far it is, its own address says.",
        body=ref("RetryMany"),
        answers={202: ref("Job")},
        refusals=(404,),
        parameters=[_KEY],
        headers={"Location": [202]},
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.RUNS_OPERATE)
        document = _object(request.data, {"ids", "filter", "from", "version"})
        which = _which(document)
        if which.workflow_id is not None:
            get_object_or_404(Workflow.every.only("id"), pk=which.workflow_id, account_id=actor.account_id)
        start, version = _how(document)
        how: How = "failed_step" if not start else "start_newest" if version == "newest" else "start"
        try:
            job = retry_many(actor=actor, which=which, how=how, key=idempotency_key(request), now=timezone.now())
        except ValidationError as error:
            raise invalid(" ".join(error.messages)) from None
        before_api, _, _ = request.path.partition("/executions/")
        return Response(job_document(job), status=202, headers={"Location": f"{before_api}/jobs/{job.pk}"})


class JobView(APIView):
    """A long job of the account."""

    @operation("get_job", "How far a long job is", tag="Runs", answers={200: ref("Job")}, refusals=(404,))
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        return Response(job_document(get_object_or_404(Job, pk=job_id, account_id=actor.account_id)))

    @operation(
        "stop_job",
        "Stop taking up runs",
        tag="Runs",
        description="It ends behind the runs it is at. What was taken up goes on.",
        answers={200: ref("Job")},
        refusals=(404, 409),
    )
    def delete(self, request: Request, job_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.RUNS_OPERATE)
        job = get_object_or_404(Job, pk=job_id, account_id=actor.account_id)
        if job.kind != KIND:
            raise conflict("Only a job that takes up runs is stopped here; others are in the admin, under Upkeep.")
        try:
            job = stop_retry(actor=actor, job_id=job_id, now=timezone.now())
        except RetryOver as over:
            raise conflict(str(over)) from None
        return Response(job_document(job))


def _object(document: Any, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise invalid("Send an object.")
    if unknown := sorted(document.keys() - known):
        raise invalid(f"This field is not known here. Known are: {', '.join(sorted(known))}.", field=unknown[0][:80])
    return document


def _how(document: Mapping[str, Any]) -> tuple[bool, WhichVersion]:
    """Whether from the start, and with which version."""
    start, version = document.get("from", "failed_step"), document.get("version")
    if start not in _FROM:
        raise invalid(f"Must be one of {', '.join(_FROM)}.", field="from")
    if version is not None and version not in _VERSIONS:
        raise invalid(f"Must be one of {', '.join(_VERSIONS)}.", field="version")
    if version is not None and start != "start":
        raise invalid(
            "A run goes on with the version it began with; a version is chosen with from: start.", field="version"
        )
    return start == "start", version or "same"


def _which(document: Mapping[str, Any]) -> Which:
    ids, given = document.get("ids"), document.get("filter")
    if ids is None and not given:
        raise invalid("Name the runs (ids), or say what they have in common (filter).", field="filter")
    if ids is not None and not (isinstance(ids, list) and 1 <= len(ids) <= MAX_NAMED):
        raise invalid(f"Must be a list of 1 to {MAX_NAMED:,} ids.", field="ids")
    if given is not None and not isinstance(given, dict):
        raise invalid("Must be an object.", field="filter")
    filters = _object({} if given is None else given, set(_FILTERS))
    status = filters.get("status")
    if "status" in filters and status not in FAILED:
        raise invalid(f"Must be one of {', '.join(FAILED)}.", field="filter.status")
    return Which(
        ids=tuple(_id(each, f"ids.{number}") for number, each in enumerate(ids or [])),
        workflow_id=_id(filters["workflowId"], "filter.workflowId") if "workflowId" in filters else None,
        status=status,
        since=_moment(filters, "since"),
        until=_moment(filters, "until"),
    )


def _id(value: Any, field: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise invalid("Must be an id, such as 0190a5f4-6f6e-7cc3-98c4-dc0c0c07398f.", field=field) from None


def _moment(filters: Mapping[str, Any], name: str) -> datetime | None:
    if name not in filters:
        return None
    try:
        found = parse_datetime(filters[name]) if isinstance(filters[name], str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid("Must be a moment with its zone, such as 2026-03-02T09:00:00Z.", field=f"filter.{name}")
    return found
