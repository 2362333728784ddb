"""How the API shows requests for approval, and who stands in for whom."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from opsflows.approvals.announce import page_of
from opsflows.approvals.content import as_amount
from opsflows.approvals.models import (
    ApprovalComment,
    ApprovalDecision,
    ApprovalLevel,
    ApprovalRequest,
    ApprovalRound,
    ApprovalTask,
    Delegation,
)

_OPEN = ApprovalTask.State.OPEN


def with_waiting(rows: QuerySet[ApprovalRequest]) -> QuerySet[ApprovalRequest]:
    """`rows` read for their summaries."""
    tasks = ApprovalTask.objects.filter(state=_OPEN).select_related("level", "user").order_by("id")
    rounds = ApprovalRound.objects.only("id", "request_id", "number", "content_hash")
    return rows.select_related("requester").prefetch_related(
        Prefetch("tasks", tasks, to_attr="waiting_for"), Prefetch("rounds", rounds, to_attr="shown_rounds")
    )


def with_chain(rows: QuerySet[ApprovalRequest]) -> QuerySet[ApprovalRequest]:
    """`rows` read for their documents."""
    tasks = ApprovalTask.objects.select_related("level", "user", "on_behalf_of", "decision").order_by("id")
    return rows.select_related("requester").prefetch_related(
        Prefetch("tasks", tasks, to_attr="all_tasks"),
        Prefetch("rounds", ApprovalRound.objects.order_by("number"), to_attr="shown_rounds"),
        Prefetch("shown_rounds__levels", ApprovalLevel.objects.order_by("position"), to_attr="all_levels"),
        Prefetch("comments", ApprovalComment.objects.select_related("user").order_by("id"), to_attr="all_comments"),
    )


def summary_document(request: ApprovalRequest) -> dict[str, Any]:
    """A request (of `with_waiting`) as lists show it."""
    return _summary(request, vars(request)["waiting_for"])


def approval_document(request: ApprovalRequest) -> dict[str, Any]:
    """A request (of `with_chain`), whole: what was shown in each round, who was asked, and what they said."""
    tasks: list[ApprovalTask] = vars(request)["all_tasks"]
    rounds: list[ApprovalRound] = vars(request)["shown_rounds"]
    content = rounds[-1].content
    return {
        **_summary(request, [task for task in tasks if task.state == _OPEN]),
        "summary": content["summary"],
        "details": content["details"],
        "attachments": content["attachments"],
        "rounds": [_round(round_, tasks) for round_ in rounds],
        "comments": [comment_document(comment) for comment in vars(request)["all_comments"]],
    }


def comment_document(comment: ApprovalComment) -> dict[str, Any]:
    """Something said beside a request."""
    return {
        "id": comment.pk,
        "round": comment.round_number,
        "author": comment.author,
        "text": comment.text,
        "at": comment.at,
    }


def delegation_document(delegation: Delegation) -> dict[str, Any]:
    """Who stands in for whom (both read), from when until when."""
    return {
        "id": delegation.pk,
        "person": delegation.person.username,
        "standIn": delegation.stand_in.username,
        "startsAt": delegation.starts_at,
        "endsAt": delegation.ends_at,
        "reason": delegation.reason,
        "revokedAt": delegation.revoked_at,
        "createdAt": delegation.created_at,
    }


def _summary(request: ApprovalRequest, waiting_for: Iterable[ApprovalTask]) -> dict[str, Any]:
    rounds: list[ApprovalRound] = vars(request)["shown_rounds"]
    tasks = list(waiting_for)
    due = [task.level.due_at for task in tasks if task.level.due_at is not None]
    return {
        "id": request.pk,
        "title": request.title,
        "state": request.state,
        "reason": request.reason,
        "amount": as_amount(request.amount),
        "currency": request.currency or None,
        "requester": {
            "username": request.requester.username if request.requester else None,
            "name": request.requester_name or None,
            "email": request.requester_email or None,
        },
        "policy": request.policy_name or None,
        "subject": request.subject,
        "round": request.round_number,
        "contentHash": next(each.content_hash for each in rounds if each.number == request.round_number),
        "waitingFor": [_waiting(task) for task in tasks],
        "dueAt": min(due, default=None),
        "changesBy": request.amend_by,
        "executionId": request.execution_id,
        "step": request.node_id or None,
        "createdAt": request.created_at,
        "closedAt": request.closed_at,
        "link": f"{settings.PUBLIC_URL}{page_of(request)}",
    }


def _waiting(task: ApprovalTask) -> dict[str, Any]:
    return {
        "task": task.pk,
        "level": task.level.name,
        "name": task.name,
        "username": task.user.username if task.user else None,
        "email": task.email or None,
        "askedAt": task.asked_at,
        "dueAt": task.level.due_at,
    }


def _round(round_: ApprovalRound, tasks: Iterable[ApprovalTask]) -> dict[str, Any]:
    levels: list[ApprovalLevel] = vars(round_)["all_levels"]
    return {
        "round": round_.number,
        "contentHash": round_.content_hash,
        "content": round_.content,
        "note": round_.note,
        "openedAt": round_.opened_at,
        "closedAt": round_.closed_at,
        "levels": [_level(level, [task for task in tasks if task.level_id == level.pk]) for level in levels],
    }


def _level(level: ApprovalLevel, tasks: Iterable[ApprovalTask]) -> dict[str, Any]:
    return {
        "name": level.name,
        "stage": level.stage,
        "state": level.state,
        "reason": level.reason,
        "approvers": level.approvers,
        "need": level.need,
        "openedAt": level.opened_at,
        "dueAt": level.due_at,
        "closedAt": level.closed_at,
        "tasks": [_task(task) for task in tasks],
    }


def _task(task: ApprovalTask) -> dict[str, Any]:
    decision: ApprovalDecision | None = getattr(task, "decision", None)
    return {
        "id": task.pk,
        "name": task.name,
        "username": task.user.username if task.user else None,
        "email": task.email or None,
        "state": task.state,
        "why": task.why,
        "onBehalfOf": task.on_behalf_of.username if task.on_behalf_of else None,
        "askedAt": task.asked_at,
        "closedAt": task.closed_at,
        "decision": None if decision is None else _decision(decision),
    }


def _decision(decision: ApprovalDecision) -> dict[str, Any]:
    return {
        "decision": decision.verdict,
        "comment": decision.comment,
        "by": decision.name,
        "door": decision.door,
        "identity": decision.identity,
        "contentHash": decision.content_hash,
        "at": decision.at,
    }
