"""Set a run aside for a person."""

import uuid

from django.db import transaction

from opsflows.runs.models import Execution, QueueItem


def set_aside(*, item_id: uuid.UUID, fence: int, reason: str) -> bool:
    """Hold the row if it still stands at `fence`, and say on its run why; whether it did."""
    with transaction.atomic():
        item = QueueItem.objects.select_for_update().filter(id=item_id, fence=fence).first()
        if item is None:
            return False
        item.status = QueueItem.Status.HELD
        item.worker_id = item.lease_expires_at = None
        item.save(update_fields=["status", "worker_id", "lease_expires_at"])
        Execution.objects.filter(id=item.execution_id).update(
            execution_status=Execution.Status.NEEDS_ATTENTION, current_step=item.node_id, error_message=reason
        )
    return True
