"""Fire a schedule by hand, to try it or to make up for something. Its own times stay as they are."""

from datetime import datetime, timedelta

from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.schedules.fire import fire
from opsflows.schedules.models import Schedule, ScheduleFire, ScheduleState
from opsflows.workflows.models import Workflow

#: Whoever presses again within this has pressed twice.
TWICE = timedelta(seconds=3)
#: Fires that a schedule and all its people can make in that time.
_NEWEST = 20


def fire_now(*, actor: Actor, schedule: Schedule, now: datetime) -> ScheduleFire:
    """Do at once what the schedule is for, also where it is switched off. Two clicks of one person are one fire.

    Raises:
        Forbidden: the actor may not.
        NotFired: it cannot be done as things are; nothing was.
        Schedule.DoesNotExist: it was deleted meanwhile.
    """
    actor.require(Permission.RUNS_START, account_id=schedule.account_id)
    with transaction.atomic():
        if schedule.of_trigger and schedule.workflow_id:
            # Workflow, state, audit chain: the order of whoever publishes, and so follows the trigger.
            Workflow.every.select_for_update(no_key=True).filter(pk=schedule.workflow_id).first()
        state = ScheduleState.objects.select_for_update().filter(pk=schedule.pk).first()
        if state is None:
            raise Schedule.DoesNotExist("This schedule was deleted meanwhile.")
        held = Schedule.objects.select_related("account", "workflow").get(pk=schedule.pk)
        done = _done_just_now(actor, held, now)
        if done is not None:
            return done
        done = fire(held, fire_time=now, now=now, fired_by_id=actor.user_id)
        state.last_fire_at = now
        state.save(update_fields=["last_fire_at"])
        record(actor=actor, action="schedule.fired", row=held, now=now)
    return done


def _done_just_now(actor: Actor, schedule: Schedule, now: datetime) -> ScheduleFire | None:
    """What the same person did a click ago, or a fire of its own at this very moment."""
    fires = ScheduleFire.objects.filter(schedule=schedule)
    if (same := fires.filter(fire_time=now).first()) is not None or actor.user_id is None:
        return same
    # The newest stand at one end of an index; by person, all there ever were would be read.
    mine = (each for each in fires.order_by("-id")[:_NEWEST] if each.fired_by_id == actor.user_id)
    return next((each for each in mine if each.fired_at > now - TWICE), None)
