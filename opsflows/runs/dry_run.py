"""Dry run (Rules' test): lead a run through a definition and show what it would do. Nothing is written or sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsflows.accounts.actor import Actor
from opsflows.accounts.calendars import account_clock
from opsflows.accounts.roles import Permission
from opsflows.queue.ids import new_id
from opsflows.rules import Problem
from opsflows.runs.engine.load import facts
from opsflows.runs.engine.progress import Ended, Parked, StepRecord
from opsflows.runs.engine.run import Position, Run
from opsflows.runs.engine.walk import MAX_STEPS, walk
from opsflows.runs.models import Execution, Priority, Step
from opsflows.runs.rehearsal import Rehearsal, Remark, rehearse
from opsflows.workflows.compile import compile_definition
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.errors import InvalidDefinition, NotPublished
from opsflows.workflows.graph import CONDITION
from opsflows.workflows.models import Workflow
from opsflows.workflows.named_conditions import expand_graph
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import UnknownReference
from opsflows.workflows.validate import publish_problems, references_of

#: What events of a dry run say about where they come from.
SOURCE = "dry run"


@dataclass(slots=True)
class TriedStep:
    """What became of one step.

    `status`: `evaluated` (it touches nothing, so it was carried out), `would_run`, `would_wait`, `would_fail`, or
    `unknown` (it needs what an earlier step would have answered, and is taken to go well).
    """

    id: str
    kind: str
    label: str
    status: str
    #: When the run would come here, if nothing before takes time but the waits.
    at: datetime
    input: Any = None
    output: Any = None
    #: The way it would be left by; None where the run ends or rests here.
    outcome: str | None = None
    #: Of a wait: until when.
    until: datetime | None = None
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> bool | None:
        """Of a condition: whether it holds."""
        return self.output.get("result") if self.kind == CONDITION and isinstance(self.output, Mapping) else None

    @property
    def explanation(self) -> Any:
        """Of a condition: each comparison with the value it saw."""
        return self.output.get("explanation") if self.verdict is not None else None


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
    *, actor: Actor, workflow: Workflow, data: Mapping[str, Any], published: bool = False, now: datetime
) -> DryRun:
    """What a run of the draft, or of what is published, would do with an event that carries `data` at `now`.

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
    execution_id = new_id()
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
    steps, run, over, ends_at = _lead(run, rehearsal, now)
    entry = next((step for step in steps if step.id == graph.entry_id), None)
    return DryRun(
        version=version,
        starts=entry is None or entry.verdict is not False,
        status=over.status.value,
        error=over.error,
        ends_at=ends_at,
        steps=tuple(steps),
        variables=run.variables,
    )


def _rehearsal(workflow: Workflow, *, published: bool) -> tuple[Rehearsal, int | None]:
    version = workflow.published_version if published else None
    if published and version is None:
        raise NotPublished("This workflow was never published; leave version out to try its draft.")
    compiled: CompiledGraph
    if version is not None:
        source = read_graph(version.workflow_data)
        compiled = compile_definition(version.workflow_data, version.settings, version.references)
        return rehearse(compiled, expand_graph(source, version.references)), version.number
    source = read_graph(workflow.workflow_data)
    try:
        references = references_of(source, workflow.settings, account_id=workflow.account_id)
    except UnknownReference:
        problems = publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
        raise InvalidDefinition(problems) from None
    compiled = compile_definition(workflow.workflow_data, workflow.settings, references)
    return rehearse(compiled, expand_graph(source, references)), None


def _lead(run: Run, rehearsal: Rehearsal, now: datetime) -> tuple[list[TriedStep], Run, Ended, datetime]:
    """Lead the run to its end, over all its rests; time passes only while it waits."""
    steps: dict[tuple[str, int], TriedStep] = {}
    for _ in range(MAX_STEPS):
        # As in a transaction: there every step has its own moment, and the stand-ins write nothing anyway.
        progress = walk(run, now=now, in_transaction=True)
        for record in progress.records:
            _note(steps, record, rehearsal.remarks.get(record.node.id, Remark()))
        run = progress.run
        match progress.rest:
            case Ended() as over:
                return list(steps.values()), run, over, now
            case Parked(_, due):
                last = steps[run.node.id, progress.records[-1].attempt]
                last.until, now = due, max(now, due)
    over = Ended(Execution.Status.FAILED, f"The run rested {MAX_STEPS} times without coming to an end.")
    return list(steps.values()), run, over, now


def _note(steps: dict[tuple[str, int], TriedStep], record: StepRecord, remark: Remark) -> None:
    waited = steps.get((record.node.id, record.attempt))
    if waited is not None:
        # The second half of a wait; that it waits is what there is to say about it.
        waited.output, waited.outcome, waited.error = record.output_data, record.handle or None, record.error
        if record.status == Step.Status.FAILED:
            waited.status = "would_fail"
        return
    steps[record.node.id, record.attempt] = TriedStep(
        id=record.node.id,
        kind=record.node.kind.kind,
        label=record.node.label,
        status=_status(record, remark),
        at=record.started_at,
        input=record.input_data if remark.shown is None else remark.shown,
        output=record.output_data if remark.is_real else None,
        outcome=record.handle or None,
        error=record.error,
        warnings=list(record.warnings),
        notes=[*remark.notes, *([f"It cannot be tried here: {remark.unknown}"] if remark.unknown else [])],
    )


def _status(record: StepRecord, remark: Remark) -> str:
    if remark.unknown is not None:
        return "unknown"
    match record.status:
        case Step.Status.WAITING:
            return "would_wait"
        case Step.Status.FAILED:
            return "would_fail"
        case _:
            return "evaluated" if remark.is_real else "would_run"
