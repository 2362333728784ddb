"""In, out, and from one account to another. The admin's own sign-in asks for more than membership."""

from django.contrib import messages
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import choose_account, current_membership
from opsflows.accounts.models import Membership, PlatformAccount
from opsflows.admin_site.filters import as_uuid
from opsflows.approvals.views.frame import refused, show


class SignIn(LoginView):
    """For every member; whoever is signed in already goes on."""

    template_name = "inbox/sign_in.html"
    next_page = "inbox:index"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """By POST alone."""

    next_page = "inbox:sign-in"
    http_method_names = ["post", "options"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponseBase:
    """GET shows the accounts of the signed-in person, POST changes to one of them."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path, login_url=reverse("inbox:sign-in"))
    if request.method == "POST":
        account = get_object_or_404(PlatformAccount, pk=as_uuid(request.POST.get("account", "")))
        try:
            choose_account(request, account=account)
        except Forbidden as error:
            return refused(request, "You may not do this", str(error), status=403)
        messages.success(request, f"You work in {account.name} now.")
        return HttpResponseRedirect(_next(request))
    mine = Membership.objects.filter(user=request.user.pk, account__is_active=True).select_related("account")
    context = {"memberships": mine.order_by("account__name"), "current": current_membership(request)}
    return show(request, "accounts.html", context)


def _next(request: HttpRequest) -> str:
    """Where to go then: to the page that was looked for, never out of the house."""
    wanted, hosts = request.POST.get("next", ""), {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if is_ours else reverse("inbox:index")
