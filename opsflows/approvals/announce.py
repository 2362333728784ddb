"""The events that approvals send, for workflows that listen to them."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings

from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalTask
from opsflows.events.emit import Cause, LoopError, emit

logger = logging.getLogger(__name__)


def page_of(request: ApprovalRequest) -> str:
    """Where people find the request."""
    return f"/inbox/{request.pk}/"


def announce(
    name: str,
    request: ApprovalRequest,
    *,
    task: ApprovalTask | None = None,
    level: ApprovalLevel | None = None,
    now: datetime,
    **more: Any,
) -> None:
    """Send `approval.<name>`. One that would make the chain of workflows too long is left out."""
    cause = Cause(request.execution_id, request.node_id, request.depth) if request.execution_id else None
    data = {**_data(request, task, level), **more}
    try:
        emit(account_id=request.account_id, name=f"approval.{name}", data=data, cause=cause, now=now)
    except LoopError as error:
        logger.warning("approval.%s: %s", name, error)


def _data(request: ApprovalRequest, task: ApprovalTask | None, level: ApprovalLevel | None) -> dict[str, Any]:
    return {
        "requestId": str(request.pk),
        "title": request.title,
        "state": request.state,
        "amount": request.amount,
        "currency": request.currency,
        "requesterName": request.requester_name or None,
        "requesterEmail": request.requester_email or None,
        "policy": request.policy_name or None,
        "round": request.round_number,
        "level": level.name if level else None,
        "person": task.name if task else None,
        "personEmail": (task.email or None) if task else None,
        "verdict": None,
        "comment": None,
        "decidedBy": None,
        "reason": request.reason or None,
        "executionId": str(request.execution_id) if request.execution_id else None,
        "link": f"{settings.PUBLIC_URL}{page_of(request)}",
    }
