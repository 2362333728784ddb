"""Runs, with their steps, branches, waits and values. Versions of workflows are never deleted."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from opsflows.queue.ids import first_id
from opsflows.runs.models import (
    Branch,
    EventWait,
    Execution,
    FailureNotice,
    Fork,
    StateChange,
    Step,
    Variable,
)
from opsflows.upkeep.models import RetentionPolicy
from opsflows.upkeep.retention import needed
from opsflows.upkeep.retention.kind import Found, RetentionKind, found


class Runs(RetentionKind):
    kind = RetentionPolicy.Kind.RUNS
    icon = "play_circle"
    keep_days = 400
    least_days = 7
    why_least = "the daily summary speaks of runs of the last week"
    what = "Runs that ended before, with each step they took and what it sent and got."
    spares = "Runs that are not over, such as those that wait or need a person, and runs whose task is still open."
    # Each brings its steps along.
    batch = 200

    def find(self, *, account_id: uuid.UUID, before: datetime, after: Any, limit: int) -> Found:
        rows = Execution.objects.filter(account=account_id, id__lt=first_id(before))
        if after is not None:
            rows = rows.filter(id__gt=after)
        runs = {
            row[0]: row[1:] for row in rows.order_by("id").values_list("id", "execution_status", "completed_at")[:limit]
        }
        unfinished = {
            run_id
            for run_id, (status, completed_at) in runs.items()
            if status not in Execution.TERMINAL or completed_at is None or completed_at >= before
        }
        return found(list(runs), unfinished | needed.behind_open_tasks(runs), limit)

    def delete(self, keys: Sequence[Any]) -> int:
        Step.objects.filter(execution__in=keys)._raw_delete(using="default")
        Variable.objects.filter(execution__in=keys)._raw_delete(using="default")
        EventWait.objects.filter(execution__in=keys)._raw_delete(using="default")
        Branch.objects.filter(fork__in=Fork.objects.filter(execution__in=keys))._raw_delete(using="default")
        Fork.objects.filter(execution__in=keys)._raw_delete(using="default")
        FailureNotice.objects.filter(execution__in=keys)._raw_delete(using="default")
        StateChange.objects.filter(execution__in=keys)._raw_delete(using="default")
        Execution.objects.filter(replay_of__in=keys).update(replay_of=None)
        return Execution.objects.filter(id__in=keys)._raw_delete(using="default")
