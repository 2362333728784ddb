"""From whatever went wrong in a view to a refusal in the API's one shape."""

import dataclasses
import logging
from http import HTTPStatus
from typing import Any

from django.core import exceptions as django
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as html_server_error
from rest_framework import exceptions as drf
from rest_framework.response import Response

from opsflows.accounts.actor import Forbidden
from opsflows.api.authentication import IsActor
from opsflows.api.problems import FieldProblem, Problem, flatten, not_an_id, several
from opsflows.jsontext import JsonError, dump_json

logger = logging.getLogger(__name__)

API_PREFIX = "/api"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler; None for a fault of ours, which is logged and answered by `server_error`."""
    problem = problem_of(error)
    if problem is None:
        return None
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        logger.warning("the database could not be reached", exc_info=error)
    if hint := _hint(error, context.get("view")):
        problem = dataclasses.replace(problem, hint=hint)
    return Response(problem.document(), status=problem.status, headers=dict(problem.headers))


def problem_of(error: Exception) -> Problem | None:
    """What `error` is called to the outside; None if nothing but a fault in the code explains it."""
    match error:
        case Problem():
            return error
        case Forbidden() | django.PermissionDenied():
            return Problem(403, "forbidden", str(error) or "This is not allowed.")
        case Http404() | django.ObjectDoesNotExist():
            return Problem(404, "not_found", "There is nothing here, or it belongs to another account.")
        case django.ValidationError():
            return several(_django_problems(error))
        case drf.ValidationError():
            return several(flatten(error.detail) or [FieldProblem("", "The input is not valid.")])
        case JsonError():
            return Problem(400, "malformed_body", str(error))
        case drf.APIException():
            return _framework_problem(error)
        case django.RequestDataTooBig():
            return Problem(413, "too_large", "The body is too large.")
        case django.SuspiciousOperation() | django.BadRequest() | UnreadablePostError():
            return Problem(400, "malformed_request", "The request cannot be read.")
        case OperationalError() | InterfaceError():
            return Problem(503, "unavailable", "Not available right now; try again.", headers={"Retry-After": "5"})
        case _:
            return None


@csrf_exempt
def not_found(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The answer to a path that the API does not have."""
    message = f"The API has no path {request.path}."
    return _plain(Problem(404, "not_found", message[:300]))


@csrf_exempt
def no_id(request: HttpRequest, text: str) -> HttpResponse:
    """The answer to a path with `text` in the place of an id."""
    return _plain(not_an_id(text))


def server_error(request: HttpRequest) -> HttpResponse:
    """The project's `handler500`: JSON below /api, Django's page elsewhere. It tells nothing of the cause."""
    if request.path == API_PREFIX or request.path.startswith(f"{API_PREFIX}/"):
        return _plain(Problem(500, "fault", "Something broke on our side; it has been logged."))
    return html_server_error(request)


def _plain(problem: Problem) -> HttpResponse:
    return HttpResponse(dump_json(problem.document()), status=problem.status, content_type="application/json")


def _hint(error: Exception, view: Any) -> str:
    """What would be right, where the framework says only what is wrong."""
    match error:
        case drf.NotAuthenticated():
            return IsActor.message
        case drf.UnsupportedMediaType() if view:
            taken = " or ".join(parser.media_type for parser in view.parser_classes)
            return f"Send the body with Content-Type: {taken}."
        case drf.MethodNotAllowed() if view:
            return f"This path takes {', '.join(view.allowed_methods)}."
        case _:
            return ""


def _django_problems(error: django.ValidationError) -> list[FieldProblem]:
    return flatten(error.message_dict if hasattr(error, "error_dict") else error.messages)


def _framework_problem(error: drf.APIException) -> Problem:
    headers: dict[str, str] = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    return Problem(error.status_code, code, flatten(error.detail)[0].message, headers=headers)
