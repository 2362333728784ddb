"""What can be proven about a draft, alone and beside everything that is live in its account."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.utils import timezone

from opsflows.rules.clock import Clock
from opsflows.studio.conflicts.conflict import Conflict
from opsflows.studio.conflicts.dead import dead_conditions
from opsflows.studio.conflicts.live import live_beside
from opsflows.studio.conflicts.loops import loops
from opsflows.studio.conflicts.overlap import overlaps
from opsflows.studio.conflicts.rule import Rule, read_rule
from opsflows.studio.conflicts.satisfiable import cannot_hold
from opsflows.studio.conflicts.shadows import shadows
from opsflows.studio.conflicts.ways import entry_claims
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import Frozen, UnknownReference
from opsflows.workflows.validate import references_of

#: Conflicts of one sort that are told.
MOST = 10


def conflicts_of(workflow: Workflow, *, now: datetime | None = None) -> list[Conflict]:
    """What can be proven of the draft of `workflow`; what may be so and cannot be proven is left out.

    Segments and lists are taken as they are now. `now` (left out: this moment) is when made-up events would come in.
    A fixed number of queries, and one for each name that the draft refers to.
    """
    draft = read_rule(
        workflow_id=str(workflow.pk),
        name=workflow.workflow_name,
        workflow_data=workflow.workflow_data,
        settings=workflow.settings,
        references=_references(workflow),
    )
    if draft is None:
        return []
    clock = Clock(now or timezone.now(), workflow.account.zone)
    return [conflict for sort in _sorts(workflow, draft, clock) for conflict in islice(sort, MOST)]


def _sorts(workflow: Workflow, draft: Rule, clock: Clock) -> Iterator[Iterator[Conflict]]:
    yield dead_conditions(draft)
    if cannot_hold(entry_claims(draft)):
        # It never starts, so nothing follows from it.
        return
    live = live_beside(workflow, draft.event)
    if draft.is_readable:
        yield overlaps(draft, [other for other in live.same_event if other.is_readable], clock)
        yield shadows(draft, live.same_event)
    yield loops(draft, live.sending)


def _references(workflow: Workflow) -> Frozen:
    """What the draft names, as it is now; empty where something is missing, which validation says."""
    try:
        graph = read_graph(workflow.workflow_data)
        return references_of(graph, workflow.settings, account_id=workflow.account_id)
    except (InvalidDefinition, UnknownReference):
        return {}
