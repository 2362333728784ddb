"""How a schedule and its fires look."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site.markup import NONE, Look, link, page_for
from opsflows.events.models import Event
from opsflows.runs.models import Execution
from opsflows.schedules.models import Schedule, ScheduleFire

ON = Look("On", "done", "schedule")
OFF = Look("Off", "off", "pause_circle")
OVER = Look("Over", "off", "event_busy")
STUCK = Look("Stands still", "failed", "error")
FIRE = {
    ScheduleFire.Outcome.EVENT: Look("Sent", "done", "bolt"),
    ScheduleFire.Outcome.RUN: Look("Started", "done", "play_circle"),
    ScheduleFire.Outcome.ERROR: Look("Could not", "failed", "error"),
    ScheduleFire.Outcome.SKIPPED: Look("Left out", "attention", "skip_next"),
}


def look_of(schedule: Schedule) -> Look:
    """On, off, over, or standing still for a reason that its page gives."""
    if schedule.state.problem:
        return STUCK
    if not schedule.is_active:
        return OFF
    return ON if schedule.state.next_fire_at else OVER


def deed_of(schedule: Schedule) -> SafeString:
    """What it does: the event it sends, or the workflow it starts."""
    if schedule.workflow is None:
        return format_html("sends {}", schedule.event_name)
    if schedule.workflow.deleted_at is not None:
        return format_html("starts {}, which was deleted", schedule.workflow.workflow_name)
    if schedule.of_trigger:
        return format_html("starts {}, as its trigger", link(schedule.workflow, schedule.workflow.workflow_name))
    return format_html("starts {}", link(schedule.workflow, schedule.workflow.workflow_name))


def caused(fire: ScheduleFire) -> SafeString:
    """The event or the run of a fire, which may be gone by now; else why there is none."""
    if fire.event_id:
        return link(page_for(Event, fire.event_id), "the event")
    if fire.execution_id:
        return link(page_for(Execution, fire.execution_id), "the run")
    return format_html("{}", fire.detail) if fire.detail else NONE
