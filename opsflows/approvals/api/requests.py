"""`GET /api/approvals`, `GET /api/approvals/:id`: what people are asked, who is asked, and how it stands."""

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import User
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, page_of, paging, query, ref
from opsflows.api.paging import listing, newest_first
from opsflows.api.problems import invalid
from opsflows.approvals.api_format import approval_document, summary_document, with_chain, with_waiting
from opsflows.approvals.models import ApprovalRequest, ApprovalTask
from opsflows.approvals.reading.seen import visible_requests

State = ApprovalRequest.State
ME = "me"
_PERSON = "A username or an address, or `me`."


class ApprovalsView(APIView):
    """The requests that the key's user may look at, newest first."""

    @operation(
        "list_approvals",
        "Requests for approval, the newest first",
        tag="Approvals",
        description="Those that the key's user asked for, is or was asked about, or whose approvers they lead; with "
        "`approvals:manage` all of the account.",
        answers={200: page_of("Approval")},
        refusals=(400,),
        parameters=[
            query("state", {"enum": list(State.values)}, "How they stand."),
            query(
                "approver",
                {"type": "string"},
                f"{_PERSON} Whoever is or was asked; with `state=waiting`, whose answer it waits for.",
            ),
            query("requester", {"type": "string"}, f"{_PERSON} Who asks."),
            *paging("before"),
        ],
    )
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        actor.require(Permission.APPROVALS_DECIDE)
        rows = _filtered(request, visible_requests(actor), actor)
        page = newest_first(request, with_waiting(rows))
        return listing(page, [summary_document(row) for row in page.rows])


class ApprovalView(APIView):
    """One request, with its rounds, levels, tasks, decisions and comments."""

    @operation(
        "get_approval",
        "A request for approval, with everybody who is asked and what they said",
        tag="Approvals",
        answers={200: ref("ApprovalDetail")},
        refusals=(404,),
    )
    def get(self, request: Request, approval_id: uuid.UUID) -> Response:
        actor = actor_of(request)
        actor.require(Permission.APPROVALS_DECIDE)
        return Response(shown(actor, approval_id))


def shown(actor: Actor, approval_id: uuid.UUID) -> dict[str, object]:
    """The document of a request that the actor may look at. Raises `Http404`."""
    return approval_document(get_object_or_404(with_chain(visible_requests(actor)), pk=approval_id))


def _filtered(request: Request, rows: QuerySet[ApprovalRequest], actor: Actor) -> QuerySet[ApprovalRequest]:
    state = request.query_params.get("state")
    if state is not None and state not in State.values:
        raise invalid(f"Must be one of {', '.join(State.values)}.", field="state")
    if state is not None:
        rows = rows.filter(state=state)
    if (requester := _person(request, "requester")) is not None:
        users = _users(requester, actor)
        rows = rows.filter(Q(requester__in=users) | Q(requester__isnull=True, requester_email__iexact=requester))
    if (approver := _person(request, "approver")) is not None:
        users = _users(approver, actor)
        tasks = ApprovalTask.objects.filter(request=OuterRef("pk"))
        tasks = tasks.filter(Q(user__in=users) | Q(user__isnull=True, email__iexact=approver))
        if state == State.WAITING:
            tasks = tasks.filter(state=ApprovalTask.State.OPEN)
        rows = rows.filter(Exists(tasks))
    return rows


def _person(request: Request, name: str) -> str | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    text = text.strip()
    if not text or "\x00" in text:
        raise invalid("Give a username or an address, or me; leave it out for everybody.", field=name)
    return text


def _users(text: str, actor: Actor) -> list[uuid.UUID]:
    """Whom a name means: also somebody who is no member any more. The account's requests are all it is asked of."""
    if text.casefold() == ME:
        return [actor.user_id] if actor.user_id else []
    named = User.objects.filter(Q(username__iexact=text) | Q(email__iexact=text))
    return list(named.values_list("pk", flat=True)[:20])
