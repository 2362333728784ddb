"""A person decides what became of a step that nobody could be sure of."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.bell import ring
from opsflows.runs.engine.after_end import after_end, end_of
from opsflows.runs.engine.forks import end_branch
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.waiting.children import lock_parent
from opsflows.workflows.cache import definition
from opsflows.workflows.compiled import CompiledGraph

Verdict = Literal["it_happened", "run_again"]


class NotHeld(Exception):  # noqa: N818  (it is the answer, 409)
    """The run does not wait for a person."""


def resolve_unclear(
    *, actor: Actor, execution_id: uuid.UUID, verdict: Verdict, item_id: uuid.UUID | None = None, now: datetime
) -> None:
    """Let a held run go on. Where several of its steps are held, `item_id` (a queue row) says which; else the first.

    `it_happened` counts the step as done and goes on behind it. `run_again` begins the step anew, under a new
    idempotency key: a person has looked, and wants the call made even if the other side saw the first one.

    Raises:
        Forbidden: the actor may not.
        NotHeld: nothing of this run waits for a person.
    """
    actor.require(Permission.RUNS_OPERATE)
    with transaction.atomic():
        lock_parent(execution_id)
        # All rows of the run, in one order: to end a branch wakes whoever waits for it.
        rows = QueueItem.objects.filter(execution_id=execution_id, account_id=actor.account_id).order_by("id")
        # The run's own row first, and alone (cancel.py says why).
        list(rows.filter(branch=None).select_for_update().values_list("id"))
        held = [row for row in rows.select_for_update() if row.status == QueueItem.Status.HELD]
        item = next((row for row in held if item_id in (None, row.id)), None)
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
            gate_id, is_branch = item.gate_id, item.branch_id is not None
            ended = _move_on(item, execution, now)
            if ended and not is_branch:
                after_end([end_of(execution, gate_id=gate_id)], now=now)
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
        if execution.execution_status not in Execution.TERMINAL:
            # Of several branches that wait for a person, the others still do.
            still_held = QueueItem.objects.filter(execution=execution, status=QueueItem.Status.HELD).exists()
            execution.execution_status = Execution.Status.NEEDS_ATTENTION if still_held else Execution.Status.RUNNING
            execution.error_message = execution.error_message if still_held else None
        execution.save()
        detail = {"verdict": verdict, "step": step_id, "workflow": str(execution.workflow)}
        record(actor=actor, action="run.resolved", row=execution, detail=detail, now=now)
    ring()


@dataclass(frozen=True, slots=True)
class _Owner:
    account_id: uuid.UUID
    workflow_id: uuid.UUID
    priority: int
    graph: CompiledGraph

    @classmethod
    def of(cls, execution: Execution, item: QueueItem) -> "_Owner":
        graph = definition(execution.version_id)
        return cls(execution.account_id, execution.workflow_id, item.priority, graph)


def _move_on(item: QueueItem, execution: Execution, now: datetime) -> bool:
    """Put the row behind its present node; True when nothing follows and the run is over."""
    node = definition(execution.version_id).nodes.get(item.node_id)
    if node is None:
        raise NotHeld("This run is held because its version cannot be read; there is no step that could count as done.")
    target = node.handles.get("done")
    if target is None and item.branch_id is not None:
        branch_id, owner = item.branch_id, _Owner.of(execution, item)
        item.delete()
        end_branch(branch_id=branch_id, owner=owner, output=None, now=now)
        return True
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
