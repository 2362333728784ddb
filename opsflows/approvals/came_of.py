"""Whether a run came of an event: itself, or through runs and events that came of it."""

import uuid

from opsflows.events.emit import MAX_DEPTH
from opsflows.events.models import Event
from opsflows.runs.models import Execution


def came_of(execution_id: uuid.UUID, *, event_id: uuid.UUID) -> bool:
    """Whether `event_id` started the run `execution_id`, or one in the chain that led to it."""
    present = execution_id
    for _ in range(2 * MAX_DEPTH):
        run = Execution.objects.filter(pk=present).only("event_id", "origin", "origin_id", "replay_of").first()
        if run is None:
            return False
        if run.event_id == event_id:
            return True
        if (before := _before(run)) is None:
            return False
        present = before
    return False


def _before(run: Execution) -> uuid.UUID | None:
    """The run that led to this one, if one did."""
    if run.event_id is not None:
        return Event.objects.filter(pk=run.event_id).values_list("cause_execution_id", flat=True).first()
    if run.replay_of_id is not None:
        return run.replay_of_id
    return run.origin_id if run.origin in (Execution.Origin.WORKFLOW, Execution.Origin.FAILURE) else None
