"""OpenAPI's components of approvals."""

from typing import Any

from opsflows.approvals.models import ApprovalDecision, ApprovalLevel, ApprovalRequest, ApprovalTask

_ID = {"type": "string", "format": "uuid"}
_ID_OR_NONE = {"type": ["string", "null"], "format": "uuid"}
_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_NUMBER = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}
_TIME_OR_NONE = {"type": ["string", "null"], "format": "date-time"}
_HASH = {**_TEXT, "description": "SHA-256 of what is shown; sent along with a decision, it guards against changes."}


def components() -> dict[str, Any]:
    """JSON schemas by name."""
    summary = _summary()
    detail = {
        **summary,
        "summary": _TEXT,
        "details": _list({"type": "object"}, "What is shown besides: label and value."),
        "attachments": _list({"type": "object"}, "Names, sizes and hashes of the files beside it."),
        "rounds": _list(_ref("ApprovalRound"), "A changed request begins a new one; everything is kept."),
        "comments": _list(_ref("ApprovalComment")),
    }
    comment = {"id": _ID, "round": _NUMBER, "author": _TEXT, "text": _TEXT, "at": _TIME}
    conflict = {"error": {"type": "object"}, "approval": _ref("ApprovalDetail")}
    return {
        "Approval": _whole(summary),
        "ApprovalDetail": _whole(detail),
        "ApprovalRound": _whole(_round()),
        "ApprovalComment": _whole(comment),
        "ApprovalConflict": {**_whole(conflict), "description": "Why it came too late, and what stands."},
        **_bodies(),
        **_delegations(),
    }


def _summary() -> dict[str, Any]:
    person = _whole({"username": _TEXT_OR_NONE, "name": _TEXT_OR_NONE, "email": _TEXT_OR_NONE})
    waiting = {
        "task": _ID,
        "level": _TEXT,
        "name": _TEXT,
        "username": _TEXT_OR_NONE,
        "email": _TEXT_OR_NONE,
        "askedAt": _TIME,
        "dueAt": _TIME_OR_NONE,
    }
    return {
        "id": _ID,
        "title": _TEXT,
        "state": {"enum": list(ApprovalRequest.State.values)},
        "reason": {**_TEXT, "description": "Why it ended, where no decision says it."},
        "amount": {"type": ["number", "null"]},
        "currency": _TEXT_OR_NONE,
        "requester": {**person, "description": "Who asks, if that is known."},
        "policy": _TEXT_OR_NONE,
        "subject": {"enum": list(ApprovalRequest.Subject.values)},
        "round": _NUMBER,
        "contentHash": _HASH,
        "waitingFor": _list(_whole(waiting), "Whose answers it waits for."),
        "dueAt": {**_TIME_OR_NONE, "description": "When the first of them is due."},
        "changesBy": {**_TIME_OR_NONE, "description": "Until when changes that were asked for are waited for."},
        "executionId": {**_ID_OR_NONE, "description": "The run that waits for it."},
        "step": _TEXT_OR_NONE,
        "createdAt": _TIME,
        "closedAt": _TIME_OR_NONE,
        "link": {**_TEXT, "description": "Its page."},
    }


def _round() -> dict[str, Any]:
    decision = {
        "decision": {"enum": list(ApprovalDecision.Verdict.values)},
        "comment": _TEXT,
        "by": _TEXT,
        "door": _TEXT,
        "identity": {"enum": list(ApprovalDecision.Identity.values)},
        "contentHash": _HASH,
        "at": _TIME,
    }
    task = {
        "id": _ID,
        "name": _TEXT,
        "username": _TEXT_OR_NONE,
        "email": _TEXT_OR_NONE,
        "state": {"enum": list(ApprovalTask.State.values)},
        "why": {"enum": list(ApprovalTask.Why.values)},
        "onBehalfOf": _TEXT_OR_NONE,
        "askedAt": _TIME,
        "closedAt": _TIME_OR_NONE,
        "decision": {"anyOf": [_whole(decision), {"type": "null"}]},
    }
    level = {
        "name": _TEXT,
        "stage": {**_NUMBER, "description": "Levels of one stage are asked at the same time."},
        "state": {"enum": list(ApprovalLevel.State.values)},
        "reason": _TEXT,
        "approvers": _list(_TEXT),
        "need": {**_NUMBER, "description": "How many of them have to approve."},
        "openedAt": _TIME_OR_NONE,
        "dueAt": _TIME_OR_NONE,
        "closedAt": _TIME_OR_NONE,
        "tasks": _list(_whole(task)),
    }
    return {
        "round": _NUMBER,
        "contentHash": _HASH,
        "content": {"type": "object"},
        "note": _TEXT,
        "openedAt": _TIME,
        "closedAt": _TIME_OR_NONE,
        "levels": _list(_whole(level)),
    }


def _bodies() -> dict[str, Any]:
    task = {**_ID_OR_NONE, "description": "Which task is meant, where it is not plain."}
    decide = {
        "decision": {"enum": list(ApprovalDecision.Verdict.values)},
        "comment": {**_TEXT_OR_NONE, "description": "Where the policy says so, needed to reject or ask for changes."},
        "contentHash": {**_TEXT_OR_NONE, "description": "Of what was read; another is refused with 409."},
        "content_hash": {**_TEXT_OR_NONE, "description": "The same."},
        "task": task,
    }
    reassign = {"to": {**_TEXT, "minLength": 1, "description": "A username or address."}, "task": task}
    return {
        "Decide": _whole(decide, required=["decision"]),
        "Recall": _whole({"reason": _TEXT_OR_NONE}, required=[]),
        "Reassign": _whole({**reassign, "comment": _TEXT_OR_NONE}, required=["to"]),
        "NewApprovalComment": _whole({"text": {**_TEXT, "minLength": 1}}),
    }


def _delegations() -> dict[str, Any]:
    shown = {
        "id": _ID,
        "person": {**_TEXT, "description": "Who is away."},
        "standIn": {**_TEXT, "description": "Who is asked in their place."},
        "startsAt": _TIME,
        "endsAt": _TIME,
        "reason": _TEXT,
        "revokedAt": _TIME_OR_NONE,
        "createdAt": _TIME,
    }
    sent = {
        "person": {**_TEXT_OR_NONE, "description": "A username or address; left out: the key's user."},
        "standIn": {**_TEXT, "minLength": 1, "description": "A username or address."},
        "startsAt": {**_TIME_OR_NONE, "description": "Left out: now."},
        "endsAt": _TIME,
        "reason": _TEXT_OR_NONE,
    }
    return {"Delegation": _whole(shown), "NewDelegation": _whole(sent, required=["standIn", "endsAt"])}


def _ref(component: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{component}"}


def _list(items: dict[str, Any], description: str = "") -> dict[str, Any]:
    described = {"description": description} if description else {}
    return {"type": "array", "items": items, **described}


def _whole(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }
