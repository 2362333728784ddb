"""Whether a database answers: asked by a person, found out by a worker.

A worker, because it is where query steps run from: the web server may stand in another network, and a database that
does not answer would hold up one of its threads.
"""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.databases.access import access_to
from opsflows.databases.failures import QueryFailed
from opsflows.databases.models import Database
from opsflows.databases.run_query import version_of
from opsflows.queue.enqueue_job import enqueue_job
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.queue.models import Job

KIND = "databases.test"


def ask_for_test(*, actor: Actor, database: Database, now: datetime) -> Job:
    """The job that connects and says what answers; its result stands on the database's page.

    Raises:
        Forbidden: the actor may not.
    """
    actor.require(Permission.ACCOUNT_MANAGE, account_id=database.account_id)
    with transaction.atomic():
        record(actor=actor, action="database.tested", row=database, now=now)
        return enqueue_job(
            kind=KIND,
            key=f"{_key(database.pk)}{now.isoformat()}",
            account_id=database.account_id,
            params={"database": str(database.pk)},
            created_by_id=actor.user_id,
            now=now,
        )


def latest_test(database_id: uuid.UUID) -> Job | None:
    """The last that was asked for; None where none was, or it was cleared away."""
    return Job.objects.filter(key__startswith=_key(database_id)).order_by("-key").first()


def run_test(piece: Slice) -> Progress:
    """The job's work: connect, and say what answers or what came in between."""
    row = Database.objects.filter(pk=piece.params["database"]).first()
    if row is None:
        return Progress(True, result={"ok": False, "said": "It was deleted meanwhile."})
    try:
        return Progress(True, result={"ok": True, "said": version_of(access_to(row))})
    except QueryFailed as failed:
        return Progress(True, result={"ok": False, "said": failed.detail})


def _key(database_id: uuid.UUID) -> str:
    return f"{KIND} {database_id} "
