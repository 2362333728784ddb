"""The evidence of a request: all that was shown, asked, said and told, sealed, so that it can be handed over.

`verify_evidence.py` reads it without OpsFlows. Secrets are never in it: neither what the run knew beside the request,
nor links, nor what a chat answered.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.approvals.evidence.facts import said
from opsflows.approvals.evidence.verify_evidence import FORMAT
from opsflows.approvals.models import (
    ApprovalAttachment,
    ApprovalComment,
    ApprovalDecision,
    ApprovalFact,
    ApprovalLevel,
    ApprovalMessage,
    ApprovalRequest,
    ApprovalRound,
    ApprovalTask,
)
from opsflows.jsontext import canonical_json, content_hash
from opsflows.outbound import redact_value


def evidence_of(*, actor: Actor, request_id: uuid.UUID) -> dict[str, Any]:
    """The bundle as a document; `bundle_bytes` makes the file of it.

    Raises:
        Forbidden: the actor may not manage approvals.
        ApprovalRequest.DoesNotExist: no such request in the actor's account.
    """
    actor.require(Permission.APPROVALS_MANAGE)
    request = ApprovalRequest.objects.select_related("account").get(pk=request_id, account=actor.account_id)
    bundle = {
        "format": FORMAT,
        "request": _request(request),
        "policy": {"name": request.policy_name, "plan": request.plan},
        "rounds": _rounds(request),
        "comments": [_comment(row) for row in ApprovalComment.objects.filter(request=request)],
        "attachments": [_attachment(row) for row in ApprovalAttachment.objects.filter(request=request)],
        "messages": [_message(row) for row in ApprovalMessage.objects.filter(request=request)],
        "facts": [{**said(fact), "hash": fact.fact_hash} for fact in ApprovalFact.objects.filter(request=request)],
    }
    return {**bundle, "seal": content_hash(bundle)}


def bundle_bytes(bundle: dict[str, Any]) -> bytes:
    """The file: the one spelling that its hashes are taken over, and a line's end."""
    return canonical_json(bundle).encode("utf-8") + b"\n"


def _request(request: ApprovalRequest) -> dict[str, Any]:
    return {
        "id": str(request.pk),
        "account": request.account.name,
        "subject": request.subject,
        "subject_id": _id(request.subject_id),
        "execution": _id(request.execution_id),
        "step": request.node_id,
        "title": request.title,
        "amount": request.amount,
        "currency": request.currency,
        "requester": request.requester_name,
        "requester_user": _id(request.requester_id),
        "requester_email": request.requester_email,
        "state": request.state,
        "reason": request.reason,
        "created_at": _at(request.created_at),
        "closed_at": _at(request.closed_at),
    }


def _rounds(request: ApprovalRequest) -> list[dict[str, Any]]:
    decisions = {row.task_id: row for row in ApprovalDecision.objects.filter(task__request=request)}
    tasks = _by(ApprovalTask.objects.filter(request=request), "level_id")
    levels = _by(ApprovalLevel.objects.filter(round__request=request), "round_id")
    return [
        {
            "number": row.number,
            "content": row.content,
            "content_hash": row.content_hash,
            "note": row.note,
            "opened_at": _at(row.opened_at),
            "closed_at": _at(row.closed_at),
            "levels": [
                {**_level(level), "tasks": [_task(task, decisions.get(task.pk)) for task in tasks[level.pk]]}
                for level in levels[row.pk]
            ],
        }
        for row in ApprovalRound.objects.filter(request=request)
    ]


def _level(level: ApprovalLevel) -> dict[str, Any]:
    return {
        "position": level.position,
        "stage": level.stage,
        "name": level.name,
        "approvers": level.approvers,
        "escalate_to": level.escalate_to,
        "state": level.state,
        "reason": level.reason,
        "need": level.need,
        "escalated": level.escalated,
        "opened_at": _at(level.opened_at),
        "due_at": _at(level.due_at),
        "reminders": level.reminders,
        "closed_at": _at(level.closed_at),
    }


def _task(task: ApprovalTask, decision: ApprovalDecision | None) -> dict[str, Any]:
    return {
        "id": str(task.pk),
        "name": task.name,
        "user": _id(task.user_id),
        "email": task.email,
        "why": task.why,
        "for": _id(task.on_behalf_of_id),
        "came_of": _id(task.came_of_id),
        "state": task.state,
        "asked_at": _at(task.asked_at),
        "closed_at": _at(task.closed_at),
        "decision": _decision(decision) if decision else None,
    }


def _decision(decision: ApprovalDecision) -> dict[str, Any]:
    return {
        "verdict": decision.verdict,
        "comment": decision.comment,
        "name": decision.name,
        "user": _id(decision.user_id),
        "door": decision.door,
        "identity": decision.identity,
        "content_hash": decision.content_hash,
        "at": _at(decision.at),
    }


def _comment(row: ApprovalComment) -> dict[str, Any]:
    return {
        "round": row.round_number,
        "author": row.author,
        "user": _id(row.user_id),
        "door": row.door,
        "text": row.text,
        "at": _at(row.at),
    }


def _attachment(row: ApprovalAttachment) -> dict[str, Any]:
    return {
        "name": row.name,
        "size": row.size,
        "sha256": row.sha256,
        "added_in": row.added_in,
        "removed_in": row.removed_in,
        "added_by": _id(row.added_by_id),
        "added_at": _at(row.added_at),
    }


def _message(row: ApprovalMessage) -> dict[str, Any]:
    return {
        "task": _id(row.task_id),
        "channel": row.channel,
        "purpose": row.purpose,
        "number": row.number,
        "address": row.address,
        "status": row.status,
        "attempts": row.attempts,
        "error": redact_value(row.error),
        "created_at": _at(row.created_at),
        "sent_at": _at(row.sent_at),
    }


def _by(rows: Iterable[Any], key: str) -> dict[Any, Sequence[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found  # type: ignore[return-value]


def _id(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
