"""Admission for a row of starts in one transaction: locked at once, in the order that everybody keeps.

Taken one by one as the runs are started, in the order of a list, the locks would cross those of who routes events.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from opsflows.accounts.calendars import account_clock
from opsflows.runs.admission.gates import open_gates
from opsflows.runs.admission.key import gate_key
from opsflows.runs.admission.of_one import start_scope
from opsflows.runs.admission.paces import Paces
from opsflows.runs.admission.rules import rules_in_force
from opsflows.workflows.models import Workflow


def lock_line(workflow: Workflow, started_with: Iterable[Any], *, now: datetime) -> None:
    """Lock what runs of `workflow` will pass that are started next, one with each of `started_with`; it starts none."""
    rules = rules_in_force([workflow.pk])
    settings = rules[workflow.pk]
    if settings.concurrency is not None:
        key = settings.concurrency.key
        clock = account_clock(workflow.account, now=now)
        open_gates({(workflow.pk, gate_key(key, start_scope(data), clock)) for data in started_with})
    Paces(rules)
