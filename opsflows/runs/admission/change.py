"""Another version goes live: its limits hold at once for those who wait."""

import uuid
from datetime import datetime

from django.db import connection

from opsflows.runs.admission.gates import begin, let_in, lock_gates, to_begin
from opsflows.runs.admission.paces import Paces
from opsflows.runs.admission.rules import rules_in_force
from opsflows.runs.admission.standing import waits_for_the_hour
from opsflows.runs.models import QueueItem
from opsflows.workflows.gone_live import when_live
from opsflows.workflows.models import Workflow

#: Starts that are given out anew in one transaction; those behind them keep the time that they had.
MOST = 10_000


@when_live
def follow_limits(workflow: Workflow, now: datetime) -> None:
    """Give out anew when the waiting runs of `workflow` begin, and let in who now finds room."""
    in_line = QueueItem.objects.filter(workflow=workflow, turn__isnull=False)
    if not in_line.filter(status__in=[QueueItem.Status.BLOCKED, QueueItem.Status.WAITING]).exists():
        return
    # Queue rows before gates, as everywhere. A run that is being cancelled or begun at this moment is left to that.
    later = to_begin(waits_for_the_hour(in_line).order_by("turn"))
    if connection.features.has_select_for_update_skip_locked:
        later = later.select_for_update(of=("self",), skip_locked=True)
    waiting = list(later[:MOST])
    gates = lock_gates(_gates(workflow.pk))
    rules = rules_in_force([workflow.pk])
    paces = Paces(rules)
    if waiting:
        paces.begin_anew(workflow.pk, now)
        begin(waiting, paces, now=now)
    let_in(gates, rules, paces, now=now)
    paces.save(now)


def _gates(workflow_id: uuid.UUID) -> set[uuid.UUID]:
    blocked = QueueItem.objects.filter(workflow=workflow_id, turn__isnull=False, status=QueueItem.Status.BLOCKED)
    return {gate_id for gate_id in blocked.values_list("gate", flat=True).distinct() if gate_id is not None}
