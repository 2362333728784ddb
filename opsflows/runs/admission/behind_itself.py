"""A run that another one waits for, and that takes turns with it: neither would ever get on."""

import uuid

from opsflows.runs.models import QueueItem


def stands_behind_itself(waiting: uuid.UUID, gate_id: uuid.UUID) -> bool:
    """Whether a run at this gate waits for the end of one inside of it; `waiting` is the queue row that rests for it.

    Said whatever the limit is and however many are inside: else it would depend on the hour whether it goes well.
    """
    above: uuid.UUID | None = waiting
    # Each is one deeper than the one before, so this ends.
    while above is not None:
        rows = QueueItem.objects.filter(branch=None, execution__queue_items=above)
        held_by, above = rows.values_list("gate", "execution__awaited_by").first() or (None, None)
        if held_by == gate_id:
            return True
    return False
