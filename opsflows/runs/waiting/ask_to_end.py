"""Ask for the end of runs: of an exit as a success, of a run that nobody waits for any more as cancelled."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Coalesce

from opsflows.queue.bell import ring
from opsflows.runs.models import Execution, QueueItem


def ask_to_end(reasons: Mapping[uuid.UUID, str | None], *, now: datetime) -> None:
    """End runs as soon as what is under way in them is recorded; inside the caller's transaction.

    `reasons` are those of exits, by run; None cancels it. Whoever works on the run ends it with its next commit; one
    that rests is woken for it; one that has not had its turn leaves the line. An exit leaves a run alone that waits for
    a person to say what became of a call: it ends once that is said.
    """
    if not reasons:
        return
    rows = QueueItem.objects.filter(execution_id__in=reasons, branch=None).order_by("id")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    top = list(rows.values_list("id", "execution_id", "status"))
    QueueItem.objects.filter(id__in=[item_id for item_id, _, _ in top]).update(cancel_requested=True)
    woken = [item_id for item_id, run_id, status in top if _is_woken(status, is_exit=reasons[run_id] is not None)]
    QueueItem.objects.filter(id__in=woken).update(status=QueueItem.Status.QUEUED, scheduled_at=now)
    # It was never inside of its gate, and so does not leave it.
    in_line = [item_id for item_id, _, status in top if status == QueueItem.Status.BLOCKED]
    QueueItem.objects.filter(id__in=in_line).update(status=QueueItem.Status.QUEUED, scheduled_at=now, gate=None)
    _write_reasons({run_id: reasons[run_id] for _, run_id, _ in top}, now)
    ring()


def _is_woken(status: str, *, is_exit: bool) -> bool:
    return status == QueueItem.Status.WAITING or (status == QueueItem.Status.HELD and not is_exit)


def _write_reasons(reasons: Mapping[uuid.UUID, str | None], now: datetime) -> None:
    by_reason: dict[str | None, list[uuid.UUID]] = defaultdict(list)
    for run_id, reason in reasons.items():
        by_reason[reason].append(run_id)
    for reason, ids in by_reason.items():
        runs = Execution.objects.filter(id__in=ids)
        if reason is None:
            # Nobody waits for it any more, also where a person cancelled it before: its end wakes no one.
            runs.update(cancel_requested_at=Coalesce("cancel_requested_at", Value(now)), awaited_by=None)
        else:
            # Of several exits the first one counts.
            runs.filter(cancel_requested_at=None, exit_reason=None).update(exit_reason=reason)
