"""Admission for one run that no event of its own starts: by a person, the API, a schedule, another workflow."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.accounts.calendars import account_clock
from opsflows.queue.ids import new_id
from opsflows.rules import Clock
from opsflows.runs.admission.admit import admit
from opsflows.runs.admission.rules import rules_in_force
from opsflows.runs.admission.verdict import AT_ONCE, Candidate, Verdict
from opsflows.runs.engine.load import facts, zone_of
from opsflows.runs.models import Execution
from opsflows.workflows.models import Workflow
from opsflows.workflows.settings import RunSettings


def admit_one(
    *,
    workflow: Workflow,
    version_id: uuid.UUID,
    settings: RunSettings,
    data: Any,
    origin: Execution.Origin,
    now: datetime,
) -> Verdict:
    """The verdict for a run of `workflow` with `data`, inside the transaction that writes it. `settings` are those of
    the version; of one that is no longer published it is asked what holds now.

    What a person starts by hand neither waits for the hour nor counts in it: the limit is against floods. It takes its
    turn like any other run, for turns are what keeps two runs from working on the same thing.
    """
    if version_id != workflow.published_version_id:
        settings = rules_in_force([workflow.pk])[workflow.pk]
    if not settings.limits_starts:
        return AT_ONCE
    reads_key = settings.concurrency is not None and settings.concurrency.key
    clock = account_clock(workflow.account, now=now) if reads_key else Clock(now, zone_of("UTC"))
    candidate = Candidate(
        workflow.pk, settings, start_scope(data), clock, turn=new_id(), is_paced=origin != Execution.Origin.PERSON
    )
    return admit([candidate], now=now)[0]


def start_scope(data: Any) -> Mapping[str, Any]:
    """What the key of `concurrency` reads where a run is started with `data`, and no event."""
    given = data if isinstance(data, dict) else {"data": data}
    return {**facts(None, None, None, None, None), **given, "steps": {}}
