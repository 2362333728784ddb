"""Start one run of a workflow without an event of its own: by hand, by schedule, by another workflow."""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.events.emit import MAX_DEPTH, LoopError
from opsflows.jsontext import content_hash
from opsflows.queue.bell import ring
from opsflows.runs.admission.behind_itself import stands_behind_itself
from opsflows.runs.admission.of_one import admit_one
from opsflows.runs.models import Execution, Priority, QueueItem
from opsflows.workflows.cache import definition
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow


class NotStartable(Exception):  # noqa: N818  (reads as the answer it becomes)
    """This workflow cannot be started as it is; the message says why and what to do."""


def start_by_hand(
    *, actor: Actor, workflow_id: uuid.UUID, data: Any, key: str | None = None, now: datetime
) -> Execution:
    """A run of the published version with `data` as what an event would carry. A paused workflow can be started, too.

    With `key`, the same key again gives the first run.

    Raises:
        Forbidden: the actor may not.
        Workflow.DoesNotExist: no such workflow in the actor's account.
        NotStartable: it was never published, or what was published cannot be read here.
    """
    actor.require(Permission.RUNS_START)
    workflow = Workflow.objects.get(pk=workflow_id, account_id=actor.account_id)
    # As a hash: keys are as long as their senders like, and the column is not.
    origin_key = None if key is None else content_hash([str(workflow.pk), key])
    try:
        return start_run(
            workflow=workflow,
            data=data,
            origin=Execution.Origin.API if actor.door == "api" else Execution.Origin.PERSON,
            origin_id=actor.user_id,
            key=origin_key,
            now=now,
        )
    except IntegrityError:
        # The same request, sent twice at the same time: the other one was first.
        first = Execution.objects.filter(origin_key=origin_key, workflow=workflow).first() if origin_key else None
        if first is None:
            raise
        return first


def start_run(
    *,
    workflow: Workflow,
    data: Any,
    origin: Execution.Origin,
    origin_id: uuid.UUID | None,
    key: str | None = None,
    depth: int = 0,
    version_id: uuid.UUID | None = None,
    replays: Execution | None = None,
    priority: Priority | None = None,
    awaited_by: uuid.UUID | None = None,
    now: datetime,
) -> Execution:
    """A run of the published version, or the one that `key` started before. Inside the caller's transaction, if any.

    With `version_id`, a run of that version; with `priority`, not of the one in its settings. With `replays`, it begins
    with the event of that run (`data` is what it carries), and the caller gives a key. `awaited_by` is the queue row
    that rests until the run is over.

    `depth` is how many workflows stand between the run and the outside. Where the workflow limits its starts, the run
    may wait before it begins, or be left out: it is then cancelled already, and says why.

    Raises:
        NotStartable: it was never published, was deleted, what was published cannot be read here, or it would take
            turns with the run that waits for it.
        LoopError: the chain of workflows that start one another is too long.
    """
    if key is not None and (first := Execution.objects.filter(origin_key=key).first()) is not None:
        return first
    if depth > MAX_DEPTH:
        raise LoopError(
            f"This run would be number {depth} in a chain of workflows that start one another, so it was not started: "
            f"at most {MAX_DEPTH} are allowed. Look for a workflow that starts itself."
        )
    if workflow.deleted_at is not None:
        raise NotStartable(f"“{workflow.workflow_name}” was deleted.")
    version_id = version_id or workflow.published_version_id
    if version_id is None:
        raise NotStartable(f"“{workflow.workflow_name}” was never published; publish it, then start it.")
    try:
        graph = definition(version_id)
    except InvalidDefinition as error:
        raise NotStartable(f"The published version can no longer be read here; publish it again. {error}") from None
    node_id = graph.entry_id or graph.start
    if node_id is None:
        raise NotStartable("The published version has no step; add one and publish it again.")
    if priority is None:
        priority = Priority[graph.settings.priority.upper()]
    with transaction.atomic():
        verdict = admit_one(
            workflow=workflow, version_id=version_id, settings=graph.settings, data=data, origin=origin, now=now
        )
        if awaited_by is not None and verdict.gate_id is not None and stands_behind_itself(awaited_by, verdict.gate_id):
            raise NotStartable(
                f"“{workflow.workflow_name}” takes turns (concurrency) with the run that would wait for it, so both "
                "would wait for ever. Start it without waiting, or choose a concurrency key that tells the two apart."
            )
        over = verdict.dropped is not None
        execution = Execution.objects.create(
            account_id=workflow.account_id,
            workflow=workflow,
            version_id=version_id,
            event_id=replays.event_id if replays else None,
            # What an event carries is read from there.
            trigger_data=None if replays and replays.event_id else data,
            origin=origin,
            origin_id=origin_id,
            origin_key=key,
            replay_of=replays,
            awaited_by=awaited_by,
            execution_status=verdict.run_status,
            priority=priority,
            depth=depth,
            started_at=now,
            deadline_at=verdict.deadline(now, graph.timeout),
            completed_at=now if over else None,
            error_message=verdict.dropped,
            execution_time_ms=0 if over else None,
        )
        if over:
            return execution
        begins = verdict.due or now
        QueueItem.objects.create(
            account_id=workflow.account_id,
            workflow=workflow,
            execution=execution,
            priority=priority,
            scheduled_at=begins,
            status=verdict.status,
            node_id=node_id,
            entered_at=begins,
            gate_id=verdict.gate_id,
            turn=verdict.turn,
            created_at=now,
        )
        ring()
    return execution
