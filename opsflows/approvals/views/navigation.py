"""The head of every page: the four lists, what waits, and whose inbox it is."""

from typing import Any

from django.http import HttpRequest

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor, current_membership
from opsflows.accounts.models import User
from opsflows.approvals.reading.inbox import waiting_for
from opsflows.approvals.voice import called

#: Name of the address, word, word on a phone, icon, key.
LISTS = (
    ("index", "Waiting for me", "For me", "inbox", "w"),
    ("requested", "Requested by me", "Requested", "send", "r"),
    ("team", "Team", "Team", "team", "t"),
    ("done", "Done", "Done", "check", "d"),
)
#: Counted no further.
MANY = 99


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For `inbox/frame.html`; empty for those who are not signed in. Two queries."""
    user = request.user
    if not isinstance(user, User):
        return {"signed_in": False}
    membership = current_membership(request)
    match = request.resolver_match
    return {
        "request": request,
        "signed_in": True,
        "lists": LISTS,
        "here": match.url_name if match and match.namespace == "inbox" else "",
        "waiting": waiting_count(request),
        "name": called(user),
        "is_staff": user.is_staff,
        "account": membership.account if membership else None,
    }


def waiting_count(request: HttpRequest) -> str:
    """How many tasks are open, as a word; empty for none."""
    try:
        actor = current_actor(request, door="page")
    except Forbidden:
        return ""
    count = len(waiting_for(actor).order_by().values_list("pk")[: MANY + 1])
    return "" if not count else str(count) if count <= MANY else f"{MANY}+"
