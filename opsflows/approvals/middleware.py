"""What every page below /inbox/ gets: times in the zone of the account in use, and who came in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from opsflows.accounts.current import current_membership
from opsflows.audit.who import Who, came_in

#: As in opsflows/urls.py; written out, for this is asked on every request of the busiest door.
PREFIX = "/inbox/"


class InboxMiddleware:
    """Stands behind the middleware that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        membership = current_membership(request)
        zone = membership.account.zone if membership else timezone.get_default_timezone()
        if request.user.is_authenticated:
            came_in(Who(user_id=request.user.pk, door="page"))
        with timezone.override(zone):
            return self.get_response(request)
