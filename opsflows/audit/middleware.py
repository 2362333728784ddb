"""Nobody is carried over from one request to the next, though a server's thread serves many."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from opsflows.audit.who import HOUSE, acting


class WhoMiddleware:
    """Around whatever finds out who is there (the admin's middleware, the API's authentication)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(HOUSE):
            return self.get_response(request)
