"""Go on with a run that is over, from where it failed: the same run, with all that its steps have done so far."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.bell import ring
from opsflows.runs.admission.of_one import admit_one
from opsflows.runs.engine.run import ITEMS_AGAIN
from opsflows.runs.models import Execution, Fork, QueueItem, Step
from opsflows.runs.replay.over import NotTakenUp, data_of, graph_of, held_run
from opsflows.workflows.compiled import CompiledGraph

_FAILED = frozenset({Execution.Status.FAILED, Execution.Status.TIMEOUT})


def take_up(*, actor: Actor, execution_id: uuid.UUID, reason: str = "", now: datetime) -> Execution:
    """Go on from the step that failed, under a new generation: its call is made again, under a new key.

    Of a step with branches, those that failed or were given up go on from where they stood. What had succeeded is not
    repeated. The run gets its whole time limit anew; whoever waited for it has its answer and is not told again.

    Raises:
        Execution.DoesNotExist: no such run in the actor's account.
        Forbidden: the actor may not.
        NotTakenUp: it goes on, did not fail, or nothing tells where it failed.
    """
    actor.require(Permission.RUNS_OPERATE)
    with transaction.atomic():
        execution = held_run(execution_id, actor.account_id)
        if execution.execution_status not in _FAILED:
            raise NotTakenUp("This run did not fail. To have it done once more, start it again from the start.")
        graph, step_id = graph_of(execution), execution.current_step
        if step_id is None or step_id not in graph.nodes:
            raise NotTakenUp("It failed before its first step; start it again from the start.")
        fork = _fork(execution, step_id)
        inside = fork.failed_steps if fork is not None else 0
        # A run that took too long was ended between its steps.
        failed_here = execution.execution_status == Execution.Status.FAILED
        _go_on(execution, graph, step_id, forgiven=inside + failed_here, now=now)
        _record(actor, execution, "run.taken_up", step_id, reason, now)
    ring()
    return execution


def take_up_items(*, actor: Actor, execution_id: uuid.UUID, reason: str = "", now: datetime) -> Execution:
    """Take up the failed items of a list, in a run that went on over them and came to a good end.

    Each goes on from the step by which it failed. Then the run ends again: what came behind the list was done, and is
    not repeated. Of several lists, the first with failed items.

    Raises:
        Execution.DoesNotExist: no such run in the actor's account.
        Forbidden: the actor may not.
        NotTakenUp: it goes on, did not complete, or none of its lists has failed items.
    """
    actor.require(Permission.RUNS_OPERATE)
    with transaction.atomic():
        execution = held_run(execution_id, actor.account_id)
        if execution.execution_status in _FAILED:
            raise NotTakenUp("This run failed as a whole; take it up from the step that failed.")
        graph = graph_of(execution)
        fork = failed_items(execution).select_for_update().first()
        if execution.execution_status != Execution.Status.COMPLETED or fork is None or fork.node_id not in graph.nodes:
            raise NotTakenUp("No list of this run has items that failed.")
        fork.join = {**fork.join, "last": True}
        fork.save(update_fields=["join"])
        _go_on(execution, graph, fork.node_id, forgiven=fork.failed_steps, woken_by=ITEMS_AGAIN, now=now)
        _record(actor, execution, "run.items_taken_up", fork.node_id, reason, now)
    ring()
    return execution


def failed_items(execution: Execution) -> QuerySet[Fork]:
    """The lists of a run that have failed items and stand in no branch, in the order in which they were begun."""
    rows = Fork.objects.filter(execution=execution, branch=None, status=Fork.Status.JOINED, failed__gt=0)
    return rows.order_by("id")


def _fork(execution: Execution, step_id: str) -> Fork | None:
    rows = Fork.objects.filter(execution=execution, node_id=step_id, iteration="", status=Fork.Status.JOINED)
    return rows.order_by("-generation").first()


def _go_on(
    execution: Execution,
    graph: CompiledGraph,
    step_id: str,
    *,
    forgiven: int,
    woken_by: str | None = None,
    now: datetime,
) -> None:
    """Put the run back into the queue, at `step_id`. `forgiven` failed steps are tried again, and no longer count."""
    data, origin = data_of(execution), Execution.Origin.PERSON
    verdict = admit_one(
        workflow=execution.workflow,
        version_id=execution.version_id,
        settings=graph.settings,
        data=data,
        origin=origin,
        now=now,
    )
    begins = verdict.due or now
    QueueItem.objects.create(
        account_id=execution.account_id,
        workflow_id=execution.workflow_id,
        execution=execution,
        trigger_data=woken_by,
        priority=execution.priority,
        scheduled_at=begins,
        status=verdict.status,
        node_id=step_id,
        generation=_generation(execution),
        entered_at=begins,
        gate_id=verdict.gate_id,
        turn=verdict.turn,
        created_at=now,
    )
    execution.execution_status = verdict.run_status
    execution.current_step = step_id
    execution.failed_steps = max(0, execution.failed_steps - forgiven)
    execution.deadline_at = verdict.deadline(now, graph.timeout)
    execution.completed_at = execution.execution_time_ms = None
    execution.error_message = execution.exit_reason = execution.cancel_requested_at = None
    execution.awaited_by = None
    execution.save()


def _generation(execution: Execution) -> int:
    """Above all that any step of the run was done in, so that each step has new keys and rows of its own."""
    steps = Step.objects.filter(execution=execution).aggregate(most=Max("generation"))["most"] or 0
    forks = Fork.objects.filter(execution=execution).aggregate(most=Max("generation"))["most"] or 0
    return int(max(steps, forks)) + 1


def _record(actor: Actor, execution: Execution, action: str, step_id: str, reason: str, now: datetime) -> None:
    detail = {"workflow": str(execution.workflow), "step": step_id, "because": reason}
    record(actor=actor, action=action, row=execution, detail=detail, now=now)
