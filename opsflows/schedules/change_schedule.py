"""Change a schedule, switch it, delete it. Each holds the lock that workers hold while they fire it."""

from datetime import datetime
from typing import Unpack

from django.core.exceptions import ValidationError
from django.db import transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.audit.record import record
from opsflows.queue.bell import ring
from opsflows.schedules.models import Schedule, ScheduleState
from opsflows.schedules.next_fire import begin_anew
from opsflows.schedules.write import TIMING, ScheduleFields, check_timing, save, set_fields


def change_schedule(*, actor: Actor, schedule: Schedule, now: datetime, **fields: Unpack[ScheduleFields]) -> Schedule:
    """Change what is given and leave the rest; the schedule as it is then.

    Where it changes when the schedule fires, it counts from `now` on: what was missed before is not made up.

    Raises:
        Forbidden: the actor may not.
        Schedule.DoesNotExist: it was deleted meanwhile.
        ValidationError: by field, with everything that is wrong; or it belongs to a workflow's trigger.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=schedule.account_id)
    with transaction.atomic():
        held, state = _held(schedule)
        before = {name: getattr(held, name) for name in fields}
        set_fields(held, fields, now=now)
        changed = [name for name, value in before.items() if getattr(held, name) != value]
        if not changed:
            return held
        _refuse_of_trigger(held, "change its times there, and publish")
        save(held)
        if any(name in TIMING for name in changed):
            _begin_anew(state, held, now)
        record(actor=actor, action="schedule.changed", row=held, detail={"fields": sorted(changed)}, now=now)
    return held


def set_active(*, actor: Actor, schedule: Schedule, active: bool, now: datetime) -> Schedule:
    """Switch it on or off; the schedule as it is then. What fell due while it was off is not made up.

    Raises:
        Forbidden: the actor may not.
        Schedule.DoesNotExist: it was deleted meanwhile.
        ValidationError: its zone or its cron text is not known any more, or it belongs to a workflow's trigger.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=schedule.account_id)
    with transaction.atomic():
        held, state = _held(schedule)
        if held.is_active == active:
            return held
        _refuse_of_trigger(held, "resume it to switch this on" if active else "pause it to switch this off")
        if active:
            check_timing(held)
        held.is_active = active
        held.save(update_fields=["is_active", "updated_at"])
        _begin_anew(state, held, now)
        action = "schedule.switched_on" if active else "schedule.switched_off"
        record(actor=actor, action=action, row=held, now=now)
    return held


def delete_schedule(*, actor: Actor, schedule: Schedule, now: datetime) -> None:
    """Delete it with the list of its fires; the events and runs that it caused stay.

    Raises:
        Forbidden: the actor may not.
        Schedule.DoesNotExist: it was deleted meanwhile.
        ValidationError: it belongs to a workflow's trigger.
    """
    actor.require(Permission.WORKFLOWS_WRITE, account_id=schedule.account_id)
    with transaction.atomic():
        held, _ = _held(schedule)
        _refuse_of_trigger(held, "pause or delete it, or choose another trigger there and publish")
        record(actor=actor, action="schedule.deleted", row=held, detail={"cron": held.cron}, now=now)
        held.delete()


def _refuse_of_trigger(schedule: Schedule, instead: str) -> None:
    """What is published says when a workflow starts by itself; nobody changes that behind its back."""
    if schedule.of_trigger and schedule.workflow is not None:
        name = schedule.workflow.workflow_name
        raise ValidationError({"workflow": f"This schedule is the trigger of the workflow “{name}”: {instead}."})


def _held(schedule: Schedule) -> tuple[Schedule, ScheduleState]:
    """The schedule as it is now, and its state, locked until the end of the transaction."""
    state = ScheduleState.objects.select_for_update().filter(pk=schedule.pk).first()
    if state is None:
        raise Schedule.DoesNotExist("This schedule was deleted meanwhile.")
    return Schedule.objects.select_related("account", "workflow").get(pk=schedule.pk), state


def _begin_anew(state: ScheduleState, schedule: Schedule, now: datetime) -> None:
    begin_anew(state, schedule, now=now)
    state.save(update_fields=["handled_until", "next_fire_at", "problem"])
    ring()
