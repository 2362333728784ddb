"""Stop a backtest that is under way."""

import uuid
from datetime import datetime

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.queue.enqueue_job import cancel_job
from opsflows.studio.backtest.refusal import AllOver
from opsflows.studio.backtest.standing import settle
from opsflows.studio.models import Backtest


def stop_backtest(*, actor: Actor, backtest_id: uuid.UUID, now: datetime) -> Backtest:
    """Look at no more events. What was counted so far stays to be seen.

    Raises:
        Forbidden: the actor may not.
        Backtest.DoesNotExist: no such backtest in the actor's account.
        AllOver: it is over already.
    """
    actor.require(Permission.WORKFLOWS_READ)
    actor.require(Permission.EVENTS_READ)
    with transaction.atomic():
        # Locked before its job is, as the job's own pieces do.
        backtest = Backtest.objects.select_for_update().get(pk=backtest_id, account_id=actor.account_id)
        if settle(backtest, now=now):
            raise AllOver(f"There is nothing to stop: this backtest is over ({backtest.get_state_display().lower()}).")
        backtest.state, backtest.ended_at = Backtest.State.CANCELLED, now
        backtest.save(update_fields=["state", "ended_at"])
        if backtest.job_id is not None:
            cancel_job(job_id=backtest.job_id, now=now)
    return backtest
