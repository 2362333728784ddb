"""Start a run once more from the start: a new run with what the first one began with."""

import uuid
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.events.emit import LoopError
from opsflows.jsontext import content_hash
from opsflows.queue.ids import new_id
from opsflows.runs.models import Execution
from opsflows.runs.replay.over import NotTakenUp, data_of, held_run
from opsflows.runs.start_run import NotStartable, start_run
from opsflows.workflows.models import Workflow

WhichVersion = Literal["same", "newest"]


def start_again(
    *,
    actor: Actor,
    execution_id: uuid.UUID,
    version: WhichVersion = "same",
    key: str | None = None,
    reason: str = "",
    now: datetime,
) -> Execution:
    """A new run, linked to the first: of the version that this had, or of what is published now.

    Every step is done again, and every call is made again under new keys. With `key`, the same key again gives the
    run that it started.

    Raises:
        Execution.DoesNotExist: no such run in the actor's account.
        Forbidden: the actor may not.
        NotTakenUp: it goes on, or the workflow or its event's data is not there any more.
    """
    actor.require(Permission.RUNS_OPERATE)
    origin_key = content_hash(["again", str(execution_id), key if key is not None else str(new_id())])
    try:
        with transaction.atomic():
            first = held_run(execution_id, actor.account_id)
            earlier = Execution.objects.filter(origin_key=origin_key).first()
            return earlier or _start(actor, first, version, origin_key, reason, now)
    except IntegrityError:
        # The same request, sent twice at the same time: the other one was first.
        found = Execution.objects.filter(origin_key=origin_key, account_id=actor.account_id).first()
        if found is None:
            raise
        return found


def _start(actor: Actor, first: Execution, version: WhichVersion, key: str, reason: str, now: datetime) -> Execution:
    workflow = Workflow.every.get(pk=first.workflow_id)
    try:
        run = start_run(
            workflow=workflow,
            data=data_of(first),
            origin=Execution.Origin.API if actor.door == "api" else Execution.Origin.PERSON,
            origin_id=actor.user_id,
            key=key,
            depth=first.depth,
            version_id=first.version_id if version == "same" else None,
            replays=first,
            now=now,
        )
    except (NotStartable, LoopError) as error:
        raise NotTakenUp(str(error)) from None
    detail = {"workflow": str(workflow), "version": run.version.number, "new_run": str(run.pk), "because": reason}
    record(actor=actor, action="run.started_again", row=first, detail=detail, now=now)
    return run
