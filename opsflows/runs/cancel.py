"""Cancel a run."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.bell import ring
from opsflows.runs.engine.after_end import after_end, end_of
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.waiting.children import lock_parent
from opsflows.runs.waiting.leave import drop_waits


class NotRunning(Exception):  # noqa: N818  (it is the answer, 409)
    """The run is already at an end; the message says how it ended."""


def cancel(*, actor: Actor, execution_id: uuid.UUID, now: datetime) -> Execution:
    """End a run: at once where it waits, otherwise as soon as the call under way is recorded.

    Raises:
        Execution.DoesNotExist: no such run in the actor's account.
        Forbidden: the actor may not.
        NotRunning: it is over.
    """
    actor.require(Permission.RUNS_OPERATE)
    with transaction.atomic():
        # Queue rows first, then the run: the order in which the engine locks them.
        lock_parent(execution_id)
        rows = QueueItem.objects.select_for_update().filter(execution_id=execution_id, account_id=actor.account_id)
        # The run's own row first, and alone: whoever ends or begins branches holds it, and a statement that had to
        # wait for them would not see the branches they began.
        list(rows.filter(branch=None).values_list("id"))
        items = list(rows.order_by("id"))
        busy = [item.id for item in items if item.status == QueueItem.Status.PROCESSING]
        branches = any(item.branch_id for item in items)
        execution = Execution.objects.select_for_update().get(id=execution_id, account_id=actor.account_id)
        if execution.execution_status in Execution.TERMINAL:
            raise NotRunning(f"This run is over: {execution.get_execution_status_display().lower()}.")
        execution.cancel_requested_at = now
        if branches:
            # The engine gives the branches up, and then ends the run.
            top = QueueItem.objects.filter(execution_id=execution_id, branch=None)
            top.update(cancel_requested=True)
            top.filter(status=QueueItem.Status.WAITING).update(status=QueueItem.Status.QUEUED)
            ring()
        elif busy:
            QueueItem.objects.filter(id__in=busy).update(cancel_requested=True)
        else:
            QueueItem.objects.filter(execution_id=execution_id).delete()
            Step.objects.filter(
                execution_id=execution_id, step_status__in=[Step.Status.RUNNING, Step.Status.WAITING]
            ).update(
                step_status=Step.Status.SKIPPED,
                completed_at=now,
                error_message=Coalesce("error_message", Value("The run was cancelled before this step was over.")),
            )
            execution.execution_status = Execution.Status.CANCELLED
            execution.completed_at = now
            execution.current_step = None
            execution.error_message = "Cancelled."
            execution.execution_time_ms = int((now - execution.started_at).total_seconds() * 1000)
            end = end_of(execution, gate_id=items[0].inside_gate_id if items else None)
            drop_waits(items, end.graph, now=now)
            after_end([end], now=now)
        execution.save()
        detail = {"workflow": str(execution.workflow)}
        record(actor=actor, action="run.cancelled", row=execution, detail=detail, now=now)
    return execution
