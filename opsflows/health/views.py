"""The three addresses for machines: alive, ready, and the figures."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from opsflows.health.backlog import Backlog
from opsflows.health.exposition import exposition
from opsflows.health.readiness import check_readiness


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; asks nothing of the database, so that a database outage restarts nobody."""
    return _uncached(HttpResponse("ok\n", content_type="text/plain"))


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when events are taken and worked on, else 503; either way each check with what to do."""
    checks = check_readiness()
    ready = all(check.ok for check in checks)
    answer = {"ready": ready, "checks": {check.name: check.as_json() for check in checks}}
    return _uncached(JsonResponse(answer, status=200 if ready else 503, json_dumps_params={"indent": 2}))


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus. With METRICS_TOKEN set, only its bearer reads them; without, they hold no event names."""
    if settings.METRICS_TOKEN and not _bears(request, settings.METRICS_TOKEN):
        message = "This page needs the header Authorization: Bearer with the value of METRICS_TOKEN."
        refusal = JsonResponse({"error": {"code": "unauthorized", "message": message}}, status=401)
        refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return _uncached(refusal)
    page = exposition(
        home=settings.OPSFLOWS_HOME, detailed=bool(settings.METRICS_TOKEN), backlog=Backlog(now=timezone.now())
    )
    return _uncached(HttpResponse(page, content_type=CONTENT_TYPE_PLAIN_0_0_4))


def _bears(request: HttpRequest, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
