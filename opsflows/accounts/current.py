"""In which account a signed-in person works: the one chosen in the session, else their first."""

from django.http import HttpRequest

from opsflows.accounts.actor import Actor, Door, Forbidden
from opsflows.accounts.actor_for_user import actor_for_membership
from opsflows.accounts.models import Membership, PlatformAccount, User

SESSION_KEY = "opsflows_account"
_CACHE = "_opsflows_membership"


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership in use, with its account; None for somebody who is in no active account. One query a request."""
    cache = vars(request)
    if _CACHE not in cache:
        cache[_CACHE] = _choose(request)
    membership: Membership | None = cache[_CACHE]
    return membership


def current_account(request: HttpRequest) -> PlatformAccount:
    """The account in use. Raises `Forbidden` for somebody who is in none."""
    return _required(request).account


def current_actor(request: HttpRequest, *, door: Door = "admin") -> Actor:
    """The signed-in person as the actor that verbs take. Raises `Forbidden` for somebody who is in no account."""
    return actor_for_membership(_required(request), door=door)


def choose_account(request: HttpRequest, *, account: PlatformAccount) -> None:
    """Work in `account` from now on. Raises `Forbidden` unless the person is a member of it."""
    membership = next((found for found in _memberships(request) if found.account_id == account.pk), None)
    if membership is None:
        raise Forbidden(f"You are not a member of {account.slug}.")
    request.session[SESSION_KEY] = str(account.pk)
    vars(request)[_CACHE] = membership


def _required(request: HttpRequest) -> Membership:
    membership = current_membership(request)
    if membership is None:
        raise Forbidden("You are not a member of any active account; ask an administrator to add you.")
    return membership


def _choose(request: HttpRequest) -> Membership | None:
    memberships = _memberships(request)
    session = getattr(request, "session", {})
    chosen = session.get(SESSION_KEY)
    return next((found for found in memberships if str(found.account_id) == chosen), next(iter(memberships), None))


def _memberships(request: HttpRequest) -> list[Membership]:
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return []
    found = Membership.objects.filter(user=user, account__is_active=True)
    return list(found.select_related("account").order_by("created_at", "id"))
