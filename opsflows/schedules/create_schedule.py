"""Create a schedule."""

from datetime import datetime
from typing import Unpack

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.bell import ring
from opsflows.schedules.models import Schedule, ScheduleState
from opsflows.schedules.next_fire import begin_anew
from opsflows.schedules.write import ScheduleFields, save, set_fields


def create_schedule(
    *, actor: Actor, is_active: bool = True, now: datetime, **fields: Unpack[ScheduleFields]
) -> Schedule:
    """A new schedule of the actor's account, counting from `now` on; its zone is the account's unless one is named.

    Raises:
        Forbidden: the actor may not.
        ValidationError: by field, with everything that is wrong.
    """
    actor.require(Permission.WORKFLOWS_WRITE)
    account = PlatformAccount.objects.get(pk=actor.account_id)
    schedule = Schedule(account=account, zone=account.timezone, is_active=is_active, created_by_id=actor.user_id)
    set_fields(schedule, fields, now=now)
    state = ScheduleState(schedule=schedule)
    begin_anew(state, schedule, now=now)
    with transaction.atomic():
        save(schedule)
        state.save(force_insert=True)
        record(actor=actor, action="schedule.created", row=schedule, detail={"cron": schedule.cron}, now=now)
        ring()
    return schedule
