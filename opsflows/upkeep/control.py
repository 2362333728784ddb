"""What people do with jobs: have a periodic one done now, and stop one."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.enqueue_job import cancel_job, enqueue_job
from opsflows.queue.ids import new_id
from opsflows.queue.models import Job
from opsflows.upkeep.table import Clock, entry_of


class AlreadyOver(Exception):  # noqa: N818  (it is the answer, 409)
    """The job has come to an end; the message says which."""


class UnderWay(Exception):  # noqa: N818  (it is the answer, 409)
    """The same is being done already."""


def run_now(*, actor: Actor, kind: str, now: datetime) -> Job:
    """A job of its own beside those that come by themselves, for the actor's account.

    Raises:
        LookupError: nothing periodic is called `kind`.
        Forbidden: the actor may not, or it is work of the whole house.
        UnderWay: it waits or is being done.
    """
    actor.require(Permission.ACCOUNT_MANAGE)
    entry = entry_of(kind)
    if entry.clock is Clock.HOUSE:
        raise Forbidden("This is done for the whole house, by the house alone.")
    with transaction.atomic():
        unfinished = Job.objects.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
        if unfinished.filter(account=actor.account_id, kind=kind).exists():
            raise UnderWay("This is being done already; wait until it is over, or stop it.")
        job = enqueue_job(
            kind=kind,
            key=f"{kind}:{actor.account_id}:by-hand:{new_id()}",
            account_id=actor.account_id,
            created_by_id=actor.user_id,
            now=now,
        )
        record(actor=actor, action="job.asked_for", row=job, detail={"kind": kind}, now=now)
    return job


def stop_job(*, actor: Actor, job_id: uuid.UUID, now: datetime) -> None:
    """Stop a job of the actor's account: at once where it waits, else behind the piece under way.

    Raises:
        Job.DoesNotExist: no such job.
        Forbidden: the actor may not, or it is work of the whole house.
        AlreadyOver: there is nothing left to stop.
    """
    job = Job.objects.get(pk=job_id)
    if job.account_id is None:
        raise Forbidden("This is done for the whole house, by the house alone.")
    actor.require(Permission.ACCOUNT_MANAGE, account_id=job.account_id)
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.status in Job.TERMINAL:
            raise AlreadyOver(f"This job is over: {job.get_status_display().lower()}.")
        cancel_job(job_id=job_id, now=now)
        record(actor=actor, action="job.stopped", row=job, detail={"kind": job.kind}, now=now)
