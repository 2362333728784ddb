"""A person decides what became of a step that nobody could be sure of."""

import uuid
from datetime import datetime
from typing import Literal

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.bell import ring
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.cache import definition

Verdict = Literal["it_happened", "run_again"]


class NotHeld(Exception):  # noqa: N818  (it is the answer, 409)
    """The run does not wait for a person."""


def resolve_unclear(*, actor: Actor, execution_id: uuid.UUID, verdict: Verdict, now: datetime) -> None:
    """Let a held run go on.

    `it_happened` counts the step as done and goes on behind it. `run_again` begins the step anew, under a new
    idempotency key: a person has looked, and wants the call made even if the other side saw the first one.

    Raises:
        Forbidden: the actor may not.
        NotHeld: nothing of this run waits for a person.
    """
    actor.require(Permission.RUNS_OPERATE)
    with transaction.atomic():
        held = QueueItem.objects.select_for_update().filter(
            execution_id=execution_id, account_id=actor.account_id, status=QueueItem.Status.HELD
        )
        item = held.first()
        if item is None:
            raise NotHeld("This run does not wait for a decision.")
        step_id = item.node_id
        execution = Execution.objects.select_for_update().get(id=execution_id)
        steps = Step.objects.filter(
            execution_id=execution_id,
            step_id=item.node_id,
            iteration=item.iteration,
            generation=item.generation,
            step_status=Step.Status.RUNNING,
        )
        if verdict == "it_happened":
            steps.update(step_status=Step.Status.COMPLETED, handle="done", completed_at=now)
            ended = _move_on(item, execution, now)
        else:
            steps.update(step_status=Step.Status.FAILED, completed_at=now)
            item.generation += 1
            item.attempt = 1
            ended = False
        if not ended:
            item.status = QueueItem.Status.QUEUED
            item.scheduled_at = item.entered_at = now
            item.claims = 0
            item.resumes = False
            item.fence += 1
            item.save()
            execution.execution_status = Execution.Status.RUNNING
            execution.error_message = None
        execution.save()
        detail = {"verdict": verdict, "step": step_id, "workflow": str(execution.workflow)}
        record(actor=actor, action="run.resolved", row=execution, detail=detail, now=now)
    ring()


def _move_on(item: QueueItem, execution: Execution, now: datetime) -> bool:
    """Put the row behind its present node; True when nothing follows and the run is over."""
    node = definition(execution.version_id).nodes.get(item.node_id)
    if node is None:
        raise NotHeld("This run is held because its version cannot be read; there is no step that could count as done.")
    target = node.handles.get("done")
    if target is None:
        item.delete()
        execution.execution_status = Execution.Status.COMPLETED
        execution.completed_at = now
        execution.current_step = None
        execution.error_message = None
        execution.execution_time_ms = int((now - execution.started_at).total_seconds() * 1000)
        return True
    item.node_id, item.attempt = target, 1
    return False
