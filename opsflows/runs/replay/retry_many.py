"""Take up many failed runs, or start them again: asked for at once, done by a job piece by piece."""

import uuid
from datetime import datetime
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.jsontext import content_hash
from opsflows.queue.enqueue_job import cancel_job, enqueue_job
from opsflows.queue.ids import new_id
from opsflows.queue.models import Job
from opsflows.runs.replay.which import FAILED, MAX_NAMED, Which

KIND = "runs.retry"

#: From the step that failed; from the start with the version each run had; from the start with what is published now.
How = Literal["failed_step", "start", "start_newest"]
HOW = ("failed_step", "start", "start_newest")


class RetryOver(Exception):  # noqa: N818  (it is the answer, 409)
    """The job has come to an end; the message says which."""


def retry_many(*, actor: Actor, which: Which, how: How, key: str | None = None, now: datetime) -> Job:
    """A job that does it, once for each run that failed before `now`. With `key`, the same key again gives that job.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field: ids, status, how; or there is no such run.
    """
    actor.require(Permission.RUNS_OPERATE)
    if len(which.ids) > MAX_NAMED:
        raise ValidationError(
            {"ids": f"Name at most {MAX_NAMED:,} runs, or give a filter; these are {len(which.ids):,}."}
        )
    if which.status is not None and which.status not in FAILED:
        raise ValidationError({"status": f"Must be one of {', '.join(FAILED)}; leave it out for both."})
    if how not in HOW:
        raise ValidationError({"how": f"Must be one of {', '.join(HOW)}."})
    name = f"{KIND}:{content_hash([str(actor.account_id), key]) if key is not None else new_id()}"
    with transaction.atomic():
        earlier = Job.objects.filter(key=name).first()
        if earlier is not None:
            return earlier
        if not which.rows(actor.account_id, asked_at=now).exists():
            raise ValidationError("No run that failed is among these; nothing was begun.")
        job = enqueue_job(
            kind=KIND,
            key=name,
            account_id=actor.account_id,
            params={
                "which": which.as_params(),
                "how": how,
                "asked_at": now.isoformat(),
                "person": _text(actor.user_id),
            },
            created_by_id=actor.user_id,
            now=now,
        )
        record(actor=actor, action="runs.retry_asked_for", row=job, detail={"how": how, **which.as_params()}, now=now)
    return job


def stop_retry(*, actor: Actor, job_id: uuid.UUID, now: datetime) -> Job:
    """Stop it behind the piece under way. The runs that were taken up go on.

    Raises:
        Job.DoesNotExist: no such job in the actor's account.
        Forbidden: the actor may not.
        RetryOver: there is nothing left to stop.
    """
    actor.require(Permission.RUNS_OPERATE)
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id, account=actor.account_id, kind=KIND)
        if job.status in Job.TERMINAL:
            raise RetryOver(f"This job is over: {job.get_status_display().lower()}.")
        cancel_job(job_id=job_id, now=now)
        record(actor=actor, action="job.stopped", row=job, detail={"kind": job.kind}, now=now)
    job.refresh_from_db()
    return job


def _text(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)
