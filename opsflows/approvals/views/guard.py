"""What every page of a mailed link gets: nothing of it is kept, passed on or logged, and nobody asks too often."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

from opsflows.approvals.links.too_often import Limiter
from opsflows.events.remote_address import remote_address

logger = logging.getLogger(__name__)

#: In a minute: visits from one address, behind which an office may stand, and visits of one link.
BY_ADDRESS, BY_LINK = Limiter(120), Limiter(40)
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow",
}

View = Callable[..., HttpResponseBase]


class _LinkCsrf(CsrfViewMiddleware):
    """As for all forms: the cookie and the hidden field have to agree.

    A page that passes on no referrer has its form sent with `Origin: null`, which Django refuses. Browsers say in
    another header whether a form came from the page's own site.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META["HTTP_ORIGIN"] == "null":
            return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        # Django's own, which its types do not name.
        return bool(super()._origin_verified(request))  # type: ignore[misc]

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        # Django's own would log the path.
        logger.info("A decision by link was not taken: %s", reason)
        return say(
            request,
            title="Nothing was decided yet",
            text="Your browser did not send back what this page gave it, for instance because it keeps no cookies. Go "
            "back, load the page again, and decide once more. In your inbox it works as well.",
            look="changes_requested",
            status=403,
        )


_protected = decorator_from_middleware(_LinkCsrf)


def guarded(*methods: str) -> Callable[[View], View]:
    """The view, behind all of this, for these methods; its second argument is the link's token.

    Django's own decorators, and its handling of errors, would log the path.
    """

    def decorate(view: View) -> View:
        checked = _protected(view)

        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, token: str = "", *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if request.method not in methods:
                    response: HttpResponseBase = HttpResponseNotAllowed(methods)
                elif _comes_too_often(request, token):
                    response = _too_often(request)
                else:
                    response = checked(request, token, *args, **kwargs)
            except Exception:
                logger.exception("A page of a link could not be shown.")
                response = _broken(request)
            for name, value in _HEADERS.items():
                response[name] = value
            response._has_been_logged = True  # type: ignore[attr-defined]
            return response

        return answer

    return decorate


def say(request: HttpRequest, *, title: str, text: str, look: str, status: int) -> HttpResponse:
    """A calm page with a title, a sentence, and the way to the inbox."""
    return render(request, "decide/said.html", {"title": title, "text": text, "look": look}, status=status)


def _broken(request: HttpRequest) -> HttpResponse:
    text = "It has been written down. Look whether it was decided: load the page again in a while, or use your inbox."
    return say(request, title="Something broke on our side", text=text, look="rejected", status=500)


def _comes_too_often(request: HttpRequest, token: str) -> bool:
    now = timezone.now()
    is_too_often = BY_ADDRESS.is_too_often(remote_address(request), now=now)
    return (bool(token) and BY_LINK.is_too_often(token, now=now)) or is_too_often


def _too_often(request: HttpRequest) -> HttpResponse:
    text = "This page was opened very often within a minute. Wait a minute, then open the link again."
    response = say(request, title="One moment, please", text=text, look="waiting", status=429)
    response["Retry-After"] = "60"
    return response
