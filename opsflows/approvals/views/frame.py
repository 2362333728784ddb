"""What every page of the inbox shares: who is there, and how a refusal looks."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.models import Membership

Page = Callable[..., HttpResponseBase]


def signed_in(view: Callable[..., HttpResponseBase]) -> Page:
    """The view is called with the actor after the request; whoever is not signed in is asked to.

    What the view raises becomes a page: `Forbidden` 403, a row that is not there (or not theirs to see) 404.
    """

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            # What was posted is lost; its page is what to come back to.
            back = request.get_full_path() if request.method in ("GET", "HEAD") else _page_of(request)
            return redirect_to_login(back, login_url=reverse("inbox:sign-in"))
        try:
            return view(request, current_actor(request, door="page"), *args, **kwargs)
        except Forbidden as error:
            return refused(request, "You may not do this", str(error), status=403)
        except ObjectDoesNotExist:
            text = "It is not there, or it is not yours to see."
            return refused(request, "There is nothing here", text, status=404, others=_other_accounts(request))

    return guarded


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the inbox."""
    return TemplateResponse(request, f"inbox/{template}", context, status=status)


def refused(
    request: HttpRequest, title: str, text: str, *, status: int, others: Sequence[Membership] = ()
) -> HttpResponse:
    """A calm page that says why not, and where to go: perhaps into another of the person's accounts."""
    return show(request, "refused.html", {"title": title, "text": text, "others": others}, status=status)


def _other_accounts(request: HttpRequest) -> list[Membership]:
    """Those the person is in beside the one in use. A link in a mail does not say which it means."""
    here = current_membership(request)
    rows = Membership.objects.filter(user=request.user.pk, account__is_active=True).select_related("account")
    return [each for each in rows.order_by("account__name") if here is None or each.pk != here.pk]


def _page_of(request: HttpRequest) -> str:
    """The page that an act belongs to, for those whose sign-in ended while they wrote."""
    match = request.resolver_match
    request_id = match.kwargs.get("request_id") if match else None
    return reverse("inbox:request", args=[request_id]) if request_id else reverse("inbox:index")
