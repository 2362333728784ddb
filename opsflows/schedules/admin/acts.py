"""What can be done with a schedule."""

from opsflows.accounts.roles import Permission
from opsflows.admin_site.acts import Act, Deed, Refused
from opsflows.schedules.admin.schedule_form import change_form
from opsflows.schedules.change_schedule import change_schedule, delete_schedule, set_active
from opsflows.schedules.fire import NotFired
from opsflows.schedules.fire_now import fire_now
from opsflows.schedules.models import ScheduleFire


def _change(deed: Deed) -> str:
    change_schedule(actor=deed.actor, schedule=deed.row, now=deed.now, **deed.data["said"])
    return "The schedule is changed."


def _switch_off(deed: Deed) -> str:
    set_active(actor=deed.actor, schedule=deed.row, active=False, now=deed.now)
    return "The schedule is off. What falls due until it is on again is not made up."


def _switch_on(deed: Deed) -> str:
    set_active(actor=deed.actor, schedule=deed.row, active=True, now=deed.now)
    return "The schedule is on."


def _fire_now(deed: Deed) -> str:
    try:
        done = fire_now(actor=deed.actor, schedule=deed.row, now=deed.now)
    except NotFired as refused:
        raise Refused(str(refused)) from None
    return "The event was sent." if done.outcome == ScheduleFire.Outcome.EVENT else "The run was started."


def _delete(deed: Deed) -> str:
    delete_schedule(actor=deed.actor, schedule=deed.row, now=deed.now)
    return f"“{deed.row.name}” is deleted."


ACTS = (
    Act(
        name="edit",
        label="Change",
        icon="edit",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda schedule: "Another time, zone, start or end counts from now on: nothing missed is made up.",
        perform=_change,
        is_possible=lambda schedule: not schedule.of_trigger,
        form=change_form,
    ),
    Act(
        name="fire-now",
        label="Fire now",
        icon="play_arrow",
        permission=Permission.RUNS_START,
        question=lambda schedule: f"“{schedule.name}” does at once what it is for. Its own times stay as they are.",
        perform=_fire_now,
    ),
    Act(
        name="switch-off",
        label="Switch off",
        icon="pause_circle",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda schedule: f"“{schedule.name}” fires no more until it is switched on again.",
        perform=_switch_off,
        is_possible=lambda schedule: schedule.is_active and not schedule.of_trigger,
    ),
    Act(
        name="switch-on",
        label="Switch on",
        icon="play_circle",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda schedule: f"“{schedule.name}” fires again. What fell due meanwhile is not made up.",
        perform=_switch_on,
        is_possible=lambda schedule: not schedule.is_active and not schedule.of_trigger,
    ),
    Act(
        name="delete",
        label="Delete",
        icon="delete",
        permission=Permission.WORKFLOWS_WRITE,
        question=lambda schedule: (
            f"“{schedule.name}” and the list of its fires are deleted. Events and runs that it caused stay. This "
            "cannot be undone; to stop it for a while, switch it off."
        ),
        perform=_delete,
        is_possible=lambda schedule: not schedule.of_trigger,
        is_dangerous=True,
        ends_row=True,
    ),
)
