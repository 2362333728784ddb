"""What every page under /admin/ gets: its own content policy, and times in the zone of the account in use."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from opsflows.accounts.current import current_membership
from opsflows.audit.who import Who, came_in

#: As in opsflows/urls.py; written out, for this is asked on every request of the busiest door.
PREFIX = "/admin/"


class AdminMiddleware:
    """Stands inside django-csp's middleware and behind the one that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        membership = current_membership(request)
        zone = membership.account.zone if membership else timezone.get_default_timezone()
        if request.user.is_authenticated:
            came_in(Who(user_id=request.user.pk, door="admin"))
        with timezone.override(zone):
            response = self.get_response(request)
        # django-csp reads it off the response; its type knows no such attribute.
        vars(response)["_csp_replace"] = settings.ADMIN_CONTENT_SECURITY_POLICY
        return response
