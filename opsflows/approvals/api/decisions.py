"""What a key's user does with a request: decide, recall, hand on, comment. A decision that comes later gets 409."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.api.authentication import actor_of
from opsflows.api.operation import operation, ref
from opsflows.api.problems import FieldProblem, conflict, invalid, several
from opsflows.approvals.api.requests import shown
from opsflows.approvals.api_format import comment_document
from opsflows.approvals.comment import add_comment
from opsflows.approvals.decide import decide, own_task
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.models import ApprovalDecision, ApprovalTask
from opsflows.approvals.reading.seen import visible_requests
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall
from opsflows.approvals.voice import voice_of

_ANSWERS = {200: ref("ApprovalDetail"), 409: ref("ApprovalConflict")}
_TOO_LATE = "Where it is decided already, is over, or differs from `contentHash`, the answer is 409 with what stands."


class DecideView(APIView):
    """The same decision as in the inbox, by mail or in a chat."""

    @operation(
        "decide_approval",
        "Approve, reject, or ask for changes, as the key's user",
        tag="Approvals",
        description=f"Answers the task of the key's user. {_TOO_LATE}",
        body=ref("Decide"),
        answers=_ANSWERS,
        refusals=(404,),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        actor = _actor(request, approval_id)
        sent = _read(request.data, ("decision", "comment", "contentHash", "content_hash", "task"))
        decision = _text(sent, "decision")
        if decision not in ApprovalDecision.Verdict.values:
            raise invalid(f"Must be one of {', '.join(ApprovalDecision.Verdict.values)}.", field="decision")
        comment, task_id = _text(sent, "comment"), _task(actor, approval_id, sent)
        # Either spelling: the one of this API, and the one that evidence and links have.
        seen = _text(sent, "contentHash") or _text(sent, "content_hash") or None
        return _answered(
            actor,
            approval_id,
            lambda: decide(
                voice=voice_of(actor),
                task_id=task_id,
                verdict=decision,
                comment=comment,
                seen=seen,
                now=timezone.now(),
            ),
        )


class RecallView(APIView):
    """Whoever asks does not want it any more."""

    @operation(
        "recall_approval",
        "Take a request back",
        tag="Approvals",
        description=f"One's own; with `approvals:manage` anybody's. {_TOO_LATE}",
        body=ref("Recall"),
        body_required=False,
        answers=_ANSWERS,
        refusals=(404,),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        actor = _actor(request, approval_id)
        reason = _text(_read(request.data, ("reason",)), "reason")
        return _answered(
            actor,
            approval_id,
            lambda: recall(voice=voice_of(actor), request_id=approval_id, reason=reason, now=timezone.now()),
        )


class ReassignView(APIView):
    """Somebody else is asked instead."""

    @operation(
        "reassign_approval",
        "Hand a task on to somebody else",
        tag="Approvals",
        description="One's own task, or that of whom one stands in for; with `approvals:manage` anybody's, named by "
        f"`task` where several are open. {_TOO_LATE}",
        body=ref("Reassign"),
        answers=_ANSWERS,
        refusals=(404,),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        actor = _actor(request, approval_id)
        sent = _read(request.data, ("to", "task", "comment"))
        to, comment = _text(sent, "to"), _text(sent, "comment")
        if not to.strip():
            raise invalid("This field is required; name one person, by username or address.", field="to")
        task_id = _task(actor, approval_id, sent, others=actor.may(Permission.APPROVALS_MANAGE))
        return _answered(
            actor,
            approval_id,
            lambda: reassign(voice=voice_of(actor), task_id=task_id, to=to, comment=comment, now=timezone.now()),
        )


class CommentsView(APIView):
    """Something said beside a request."""

    @operation(
        "comment_approval",
        "Say something beside a request",
        tag="Approvals",
        body=ref("NewApprovalComment"),
        answers={201: ref("ApprovalComment")},
        refusals=(404,),
    )
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        actor = _actor(request, approval_id)
        text = _text(_read(request.data, ("text",)), "text")
        with _in_api_words():
            comment = add_comment(voice=voice_of(actor), request_id=approval_id, text=text, now=timezone.now())
        return Response(comment_document(comment), status=201)


def _actor(request: Request, approval_id: uuid.UUID) -> Actor:
    """The actor, who may take part and sees the request; what they may do with it is for the verb to say."""
    actor = actor_of(request)
    actor.require(Permission.APPROVALS_DECIDE)
    get_object_or_404(visible_requests(actor).only("pk"), pk=approval_id)
    return actor


def _answered(actor: Actor, approval_id: uuid.UUID, act: Callable[[], object]) -> Response:
    """The request after `act`; where that came too late, 409 with what stands."""
    try:
        with _in_api_words():
            act()
    except (Settled, Changed) as late:
        refusal = conflict(str(late))
        return Response({**refusal.document(), "approval": shown(actor, approval_id)}, status=refusal.status)
    return Response(shown(actor, approval_id))


def _task(actor: Actor, approval_id: uuid.UUID, sent: Mapping[str, Any], *, others: bool = False) -> uuid.UUID:
    """The task that is meant: the one that is named, else the actor's own, else (`others`) the only open one."""
    rows = ApprovalTask.objects.filter(account_id=actor.account_id, request=approval_id)
    if sent.get("task") is not None:
        try:
            named = uuid.UUID(_text(sent, "task"))
        except ValueError:
            raise invalid("Must be the id of a task, as waitingFor shows them.", field="task") from None
        if not rows.filter(pk=named).exists():
            raise invalid("This request has no such task; waitingFor shows those that are open.", field="task")
        return named
    try:
        own = own_task(actor=actor, request_id=approval_id)
    except ApprovalTask.DoesNotExist:
        own = None
    if own is not None and (own.state == ApprovalTask.State.OPEN or not others):
        return own.pk
    stood_for = rows.filter(on_behalf_of=actor.user_id) if not others else rows
    open_ids = list(stood_for.filter(state=ApprovalTask.State.OPEN).values_list("pk", flat=True)[:2])
    if len(open_ids) == 1:
        return open_ids[0]
    if open_ids:
        raise invalid("Several people are asked; name the task, as waitingFor shows them.", field="task")
    if own is None and (last := rows.order_by("-pk").first()) is not None and others:
        return last.pk
    if own is None:
        raise Forbidden("You are not asked about this; only who is can answer, or hand it on.")
    return own.pk


def _read(document: Any, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise invalid(f"Send an object with {', '.join(known)}.")
    if unknown := sorted(document.keys() - set(known)):
        raise invalid(f"This field is not known here. Known are: {', '.join(known)}.", field=unknown[0][:80])
    return document


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if value is not None and not isinstance(value, str):
        raise invalid("Must be text.", field=key)
    return value or ""


@contextmanager
def _in_api_words() -> Iterator[None]:
    """A verb's problems under the names that the API gives the fields."""
    try:
        yield
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        raise several(
            FieldProblem("decision" if field == "verdict" else field.replace("__all__", ""), message)
            for field, messages in error.message_dict.items()
            for message in messages
        ) from None
