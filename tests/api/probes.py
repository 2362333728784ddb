"""Views that do what the API's rooms do, to see what its shared parts make of it."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import Http404
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.errors import not_found
from opsflows.api.paging import linked_listing, listing, newest_first, oldest_first
from opsflows.api.problems import FieldProblem, conflict, invalid, several
from opsflows.api.urls import endpoint
from opsflows.workflows.models import Workflow

handler500 = "opsflows.api.errors.server_error"

FAILURES: dict[str, Exception] = {
    "forbidden": Forbidden("This needs the permission 'runs:operate'."),
    "missing": Http404("secret detail"),
    "row": PlatformAccount.DoesNotExist("secret detail"),
    "field": ValidationError({"name": ["Name is missing."]}),
    "fields": ValidationError({"name": ["Name is missing."], "config": ["No url.", "No body."]}),
    "whole": ValidationError("The two do not fit."),
    "invalid": invalid("No.", field="type", hint="Say order.shipped."),
    "several": several([FieldProblem("rules.0.operator", "Unknown."), FieldProblem("rules.1", "Empty.")]),
    "conflict": conflict("Saved by somebody else."),
    "database": OperationalError("server closed the connection to secret-host"),
    "fault": RuntimeError("secret detail"),
}


class WhoAmI(APIView):
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        return Response({"user": request.user.username, "role": actor.role, "account": actor.account_id})


class Incurious(APIView):
    """Does not ask who calls, so only the default permission stands before it."""

    def get(self, request: Request) -> Response:
        return Response({})


class Send(APIView):
    def get(self, request: Request) -> Response:
        actor_of(request).require(Permission.EVENTS_SEND)
        return Response({})


class Echo(APIView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        return Response({"data": request.data, "price": Decimal("0.10")})


class Small(Echo):
    max_body_bytes = 10


class Fail(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request, what: str) -> Response:
        raise FAILURES[what]


class Newest(APIView):
    def get(self, request: Request) -> Response:
        page = newest_first(request, Workflow.objects.filter(account_id=actor_of(request).account_id))
        return listing(page, [row.workflow_name for row in page.rows])


class Oldest(APIView):
    def get(self, request: Request) -> Response:
        page = oldest_first(request, Workflow.objects.filter(account_id=actor_of(request).account_id))
        return linked_listing(page, [row.workflow_name for row in page.rows])


def _probe(route: str, view: Any) -> list[Any]:
    return endpoint(route, view.as_view(), route)


urlpatterns = [
    *_probe("api/probe/who", WhoAmI),
    *_probe("api/probe/incurious", Incurious),
    *_probe("api/probe/send", Send),
    *_probe("api/probe/echo", Echo),
    *_probe("api/probe/small", Small),
    *_probe("api/probe/newest", Newest),
    *_probe("api/probe/oldest", Oldest),
    path("api/probe/fail/<what>", Fail.as_view()),
    path("api/", include("opsflows.api.urls")),
    path("api", not_found),
]
