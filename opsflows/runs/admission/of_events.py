"""Admission for a batch of events: the runs of workflows with limits, in the order of the events."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from opsflows.events.consumers import RoutedEvent
from opsflows.rules import Clock
from opsflows.runs.admission.admit import admit
from opsflows.runs.admission.in_order import keep_order
from opsflows.runs.admission.verdict import Candidate, Verdict
from opsflows.workflows.index import Listener

#: By event and workflow.
Verdicts = Mapping[tuple[uuid.UUID, uuid.UUID], Verdict]


def admit_events(
    events: Sequence[RoutedEvent],
    concerned: Sequence[tuple[RoutedEvent, Listener, Clock]],
    *,
    scope_of: Callable[[RoutedEvent], Mapping[str, Any]],
    now: datetime,
) -> Verdicts:
    """A verdict for each of `concerned` whose workflow limits its starts; without a query where none does.

    Raises:
        Overtaken: another worker has earlier ones.
    """
    limited = [each for each in concerned if each[1].settings.limits_starts and each[1].first_node is not None]
    if not limited:
        return {}
    keep_order(events, [event for event, _, _ in limited])
    candidates = [
        Candidate(listener.workflow_id, listener.settings, scope_of(event), clock, turn=event.id)
        for event, listener, clock in limited
    ]
    names = [(event.id, listener.workflow_id) for event, listener, _ in limited]
    return dict(zip(names, admit(candidates, now=now), strict=True))
