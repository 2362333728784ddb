"""What started a run, as its page says it."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.accounts.models import User
from opsflows.admin_site.markup import link, page_for, page_of, when
from opsflows.runs.models import Execution, RunBatch
from opsflows.schedules.models import Schedule

_Origin = Execution.Origin


def started_by(run: Execution) -> SafeString:
    """A link to the event, the schedule or the run that started it, or the person's name."""
    if run.event is not None:
        return format_html(
            '{}<div class="ops-quiet">{}</div>', link(page_of(run.event), run.event.name), when(run.event.received_at)
        )
    origin = _Origin(run.origin)
    # A schedule may be gone by now; its address then says so.
    if origin == _Origin.SCHEDULE and run.origin_id:
        return link(page_for(Schedule, run.origin_id), origin.label)
    if origin == _Origin.BATCH and run.origin_id:
        return link(page_for(RunBatch, run.origin_id), origin.label)
    if origin in (_Origin.WORKFLOW, _Origin.FAILURE) and run.origin_id:
        return link(page_for(Execution, run.origin_id), origin.label)
    person = User.objects.filter(pk=run.origin_id).first() if run.origin_id else None
    through = " through the API" if origin == _Origin.API else " by hand"
    return format_html("{}{}", person, through) if person else format_html("{}", origin.label)
