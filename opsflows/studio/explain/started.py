"""The runs that an event started, by workflow, and those of them that stand in line."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from opsflows.runs.admission.standing import waits_to_begin
from opsflows.runs.models import Execution, QueueItem
from opsflows.studio.explain.verdict import StartedRun

#: Runs of one event that are looked at: it starts a workflow once, but people may start it again.
MOST = 5000


# A run that the hour had no room for (runs/admission/) is written as cancelled at the moment of its start: it never had
# a time to end by, and nobody asked for its end. Of any other run that is cancelled one of the three is otherwise.
def started(event_id: uuid.UUID, workflow_id: uuid.UUID | None = None) -> Mapping[uuid.UUID, list[StartedRun]]:
    """The event's runs by workflow, the first first; of one workflow where it is named. One query."""
    rows = Execution.objects.filter(event=event_id)
    if workflow_id is not None:
        rows = rows.filter(workflow=workflow_id)
    columns = ("workflow_id", "pk", "version_id", "execution_status", "started_at", "error_message", "origin_key")
    ends = ("deadline_at", "cancel_requested_at", "completed_at")
    found: dict[uuid.UUID, list[StartedRun]] = defaultdict(list)
    for of_workflow, pk, version_id, status, at, error, key, *end in rows.order_by("pk").values_list(*columns, *ends)[
        :MOST
    ]:
        began = status != Execution.Status.CANCELLED or end != [None, None, at]
        run = StartedRun(pk, version_id, status, at, error or "", is_again=key is not None, is_left_out=not began)
        found[of_workflow].append(run)
    return found


def in_line(runs: Collection[StartedRun]) -> Mapping[uuid.UUID, datetime | None]:
    """Those that have not begun: when they will, or None for those that wait for others. One query at most."""
    waiting = [run.id for run in runs if run.status == Execution.Status.WAITING]
    if not waiting:
        return {}
    rows = waits_to_begin(QueueItem.objects.filter(execution__in=waiting))
    return {
        run_id: None if status == QueueItem.Status.BLOCKED else due
        for run_id, status, due in rows.values_list("execution_id", "status", "scheduled_at")
    }
