"""`/api/schedules`: list, create, look at, change, delete."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging, ref
from opsflows.api.paging import listing, newest_first
from opsflows.api.problems import several
from opsflows.schedules.api.document import in_api_words, read_submitted, schedule_document
from opsflows.schedules.change_schedule import change_schedule, delete_schedule, set_active
from opsflows.schedules.create_schedule import create_schedule
from opsflows.schedules.models import Schedule


class SchedulesView(APIView):
    """`GET`: the account's schedules, newest first. `POST`: a new one, switched on unless `active` is false."""

    @operation(
        "list_schedules",
        "The account's schedules, the newest first",
        tag="Schedules",
        answers={200: page_of("Schedule")},
        refusals=(400,),
        parameters=paging("before"),
    )
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        page = newest_first(request, _schedules(actor))
        return listing(page, [schedule_document(schedule) for schedule in page.rows])

    @operation(
        "create_schedule",
        "Create a schedule",
        tag="Schedules",
        body=ref("NewSchedule"),
        answers={201: ref("Schedule")},
        headers={"Location": [201]},
    )
    def post(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        sent = read_submitted(request.data)
        with _refusing():
            schedule = create_schedule(
                actor=actor, is_active=sent.active is not False, now=timezone.now(), **sent.fields
            )
        location = f"{request.path.rstrip('/')}/{schedule.id}"
        return Response(schedule_document(schedule), status=201, headers={"Location": location})


class ScheduleView(APIView):
    """One schedule of the account. `PUT` changes the fields that it is given and leaves the rest."""

    @operation("get_schedule", "A schedule", tag="Schedules", answers={200: ref("Schedule")}, refusals=(404,))
    def get(self, request: Request, schedule_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_READ)
        return Response(schedule_document(get_object_or_404(_schedules(actor), pk=schedule_id)))

    @operation(
        "change_schedule",
        "Change some fields of a schedule",
        tag="Schedules",
        body=ref("ScheduleChange"),
        body_required=False,
        answers={200: ref("Schedule")},
        refusals=(404,),
    )
    def put(self, request: Request, schedule_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        schedule = get_object_or_404(_schedules(actor), pk=schedule_id)
        sent, now = read_submitted(request.data), timezone.now()
        with _refusing(), transaction.atomic():
            change_schedule(actor=actor, schedule=schedule, now=now, **sent.fields)
            if sent.active is not None:
                set_active(actor=actor, schedule=schedule, active=sent.active, now=now)
        return Response(schedule_document(_schedules(actor).get(pk=schedule_id)))

    @operation("delete_schedule", "Delete a schedule", tag="Schedules", answers={204: None}, refusals=(400, 404))
    def delete(self, request: Request, schedule_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.WORKFLOWS_WRITE)
        schedule = get_object_or_404(_schedules(actor), pk=schedule_id)
        with _refusing():
            delete_schedule(actor=actor, schedule=schedule, now=timezone.now())
        return Response(status=204)


def _schedules(actor: Actor) -> QuerySet[Schedule]:
    return Schedule.objects.filter(account_id=actor.account_id).select_related("state")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise several(in_api_words(error)) from None
