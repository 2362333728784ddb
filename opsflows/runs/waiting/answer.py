"""Wake a run that rests until somebody answers whom its step has asked."""

import uuid
from datetime import datetime
from typing import Any

from opsflows.queue.bell import ring
from opsflows.runs.models import QueueItem


def answer_wait(*, item_id: uuid.UUID, answer: Any, now: datetime) -> bool:
    """Let the step at `item_id` go on with `answer` (`resume()` gets it); False where it does not wait any more.

    Inside the caller's transaction, which has locked the row: answers and what they tell of are kept together.
    """
    resting = QueueItem.objects.filter(pk=item_id, status=QueueItem.Status.WAITING, resumes=True)
    woken = resting.update(status=QueueItem.Status.QUEUED, scheduled_at=now, trigger_data=answer)
    if woken:
        ring()
    return bool(woken)
