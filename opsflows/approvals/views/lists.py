"""The four lists: what waits for me, what I asked for, what waits in my team, what I have done."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from opsflows.accounts.actor import Actor
from opsflows.approvals.reading import inbox
from opsflows.approvals.views.frame import show, signed_in
from opsflows.approvals.views.listing import Filters, Listed, most_urgent_first, newest_first


@require_safe
@signed_in
def waiting(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What waits for the reader, with boxes to tick."""
    form = Filters(request.GET, actor=actor, without=("state",))
    rows = form.applied(inbox.waiting_for(actor), on="request__", now=timezone.now())
    return _page(request, "waiting.html", form, most_urgent_first(request, rows))


@require_safe
@signed_in
def requested(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What the reader asked for, newest first."""
    form = Filters(request.GET, actor=actor, without=("overdue", "requester"))
    rows = form.applied(inbox.requested_by(actor), on="", now=timezone.now())
    return _page(request, "requested.html", form, newest_first(request, rows))


@require_safe
@signed_in
def team(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What waits for people whose manager the reader is, and for those who stand in for the reader."""
    form = Filters(request.GET, actor=actor, without=("state",))
    rows = form.applied(inbox.team_of(actor), on="request__", now=timezone.now())
    return _page(request, "team.html", form, most_urgent_first(request, rows))


@require_safe
@signed_in
def done(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What the reader decided, newest first, and what became of it."""
    form = Filters(request.GET, actor=actor, without=("overdue",))
    rows = form.applied(inbox.done_by(actor), on="request__", now=timezone.now())
    return _page(request, "done.html", form, newest_first(request, rows))


def _page(request: HttpRequest, template: str, form: Filters, listed: Listed[Any]) -> HttpResponseBase:
    first = "after" not in request.GET
    return show(request, template, {"form": form, "rows": listed.rows, "next": listed.next, "is_first": first})
