"""Dry run (Rules' test): lead a run through a definition and show what it would do. Nothing is written or sent."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsflows.accounts.actor import Actor
from opsflows.accounts.calendars import account_clock
from opsflows.accounts.roles import Permission
from opsflows.queue.ids import new_id
from opsflows.rules import Problem
from opsflows.runs.engine.load import facts
from opsflows.runs.engine.run import Position, Run
from opsflows.runs.models import Priority
from opsflows.runs.rehearsal.lead import Lead
from opsflows.runs.rehearsal.stand_ins import Rehearsal, rehearse
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.workflows.compile import compile_definition
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.errors import InvalidDefinition, NotPublished
from opsflows.workflows.models import Workflow
from opsflows.workflows.named_conditions import expand_graph
from opsflows.workflows.passed_over import without_disabled
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import UnknownReference
from opsflows.workflows.validate import publish_problems, references_of

#: What events of a dry run say about where they come from.
SOURCE = "dry run"


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would do. `version` is None for the draft."""

    version: int | None
    #: Whether an event like this would start a run at all: what the condition behind the trigger says.
    starts: bool
    #: How the run would end: `completed`, `failed` or `timeout`.
    status: str
    error: str | None
    ends_at: datetime
    steps: tuple[TriedStep, ...]
    variables: Mapping[str, Any]


def dry_run(
    *,
    actor: Actor,
    workflow: Workflow,
    data: Mapping[str, Any],
    published: bool = False,
    seed: uuid.UUID | None = None,
    now: datetime,
) -> DryRun:
    """What a run of the draft, or of what is published, would do with an event that carries `data` at `now`.

    With the same `seed`, what is drawn by lot is drawn the same.

    Raises:
        Forbidden: the actor may not.
        NotPublished: the published version is asked for, and there is none.
        InvalidDefinition: the definition cannot run as it is; the places are the graph's.
    """
    actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    rehearsal, version = _rehearsal(workflow, published=published)
    graph = rehearsal.graph
    node_id = graph.entry_id or graph.start
    if node_id is None:
        raise InvalidDefinition([Problem("nodes", "There is nothing to do yet; add at least one step.")])
    execution_id = seed or new_id()
    clock = account_clock(workflow.account, now=now)
    run = Run(
        item_id=new_id(),
        fence=0,
        execution_id=execution_id,
        account_id=workflow.account_id,
        workflow_id=workflow.pk,
        event_id=None,
        depth=0,
        priority=Priority[graph.settings.priority.upper()],
        started_at=now,
        deadline_at=now + graph.timeout,
        failed_steps=0,
        zone=clock.zone,
        calendar=clock.business,
        graph=graph,
        data=dict(data),
        facts=facts(None, graph.trigger_event, now, SOURCE, execution_id),
        position=Position(node_id=node_id, iteration="", generation=0, attempt=1, entered_at=now),
    )
    lead = Lead(rehearsal)
    run, over, ends_at = lead.to_the_end(run, now)
    entry = next((step for step in lead.steps if step.id == graph.entry_id), None)
    return DryRun(
        version=version,
        starts=entry is None or entry.verdict is not False,
        status=over.status.value,
        error=over.error,
        ends_at=ends_at,
        steps=lead.steps,
        variables=run.variables,
    )


def _rehearsal(workflow: Workflow, *, published: bool) -> tuple[Rehearsal, int | None]:
    version = workflow.published_version if published else None
    if published and version is None:
        raise NotPublished("This workflow was never published; leave version out to try its draft.")
    compiled: CompiledGraph
    if version is not None:
        source = without_disabled(read_graph(version.workflow_data))
        compiled = compile_definition(version.workflow_data, version.settings, version.references)
        return rehearse(compiled, expand_graph(source, version.references)), version.number
    source = without_disabled(read_graph(workflow.workflow_data))
    try:
        references = references_of(source, workflow.settings, account_id=workflow.account_id)
    except UnknownReference:
        problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
        raise InvalidDefinition(problems) from None
    compiled = compile_definition(workflow.workflow_data, workflow.settings, references)
    return rehearse(compiled, expand_graph(source, references)), None
