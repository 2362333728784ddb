"""Lock a request, and before it what is always locked first."""

import uuid

from opsflows.approvals.models import ApprovalRequest
from opsflows.runs.models import QueueItem
from opsflows.workflows.models import Workflow


def hold_request(*, account_id: uuid.UUID, request_id: uuid.UUID) -> ApprovalRequest:
    """The request, locked until the caller's transaction ends. Whoever changes a request or its tasks calls this first.

    The row that rests in the queue goes before it, as the engine has it; of a publication, the workflow.

    Raises:
        ApprovalRequest.DoesNotExist: no such request in the account.
    """
    rows = ApprovalRequest.objects.filter(account_id=account_id)
    found = rows.only("item_id", "subject", "subject_id").get(pk=request_id)
    if found.item_id is not None:
        QueueItem.objects.select_for_update().filter(pk=found.item_id).first()
    if found.subject == ApprovalRequest.Subject.PUBLICATION:
        Workflow.objects.select_for_update(no_key=True).filter(publish_requests=found.subject_id).first()
    return rows.select_for_update(no_key=True).get(pk=request_id)
