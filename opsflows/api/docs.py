"""OpenAPI at `/api/schema`, and Swagger UI over it at `/api/docs`, out of our own static files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from opsflows.api.openapi import document


class SchemaView(APIView):
    """The document itself; it tells nothing that needs a key."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(document(), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same to read and to try, with a key of one's own; Swagger UI needs no more than the strict policy allows."""
    return render(request, "api/docs.html")
