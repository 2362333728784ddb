"""Lead a run through a definition for an event that came in. Every step has a stand-in: nothing is sent or written."""

import uuid
from dataclasses import dataclass

from opsflows.events.consumers import RoutedEvent
from opsflows.queue.ids import new_id
from opsflows.rules import Clock
from opsflows.runs.engine.load import facts
from opsflows.runs.engine.run import Position, Run
from opsflows.runs.models import Priority
from opsflows.runs.rehearsal.lead import Lead
from opsflows.runs.rehearsal.stand_ins import rehearse
from opsflows.runs.rehearsal.tried import TriedStep
from opsflows.workflows.compiled import CompiledGraph
from opsflows.workflows.graph import Graph


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition, ready to be led through: what it was compiled from comes along."""

    graph: CompiledGraph
    source: Graph
    workflow_id: uuid.UUID

    def steps(self, event: RoutedEvent, clock: Clock) -> tuple[TriedStep, ...]:
        """What a run would do that this event starts at the clock's moment."""
        # Anew for each run: the stand-ins remember what their steps would not have answered.
        rehearsal = rehearse(self.graph, self.source)
        node_id = self.graph.entry_id or self.graph.start
        if node_id is None:
            return ()
        now, execution_id = clock.now, new_id()
        run = Run(
            item_id=new_id(),
            fence=0,
            execution_id=execution_id,
            account_id=event.account_id,
            workflow_id=self.workflow_id,
            event_id=event.id,
            depth=event.depth,
            priority=Priority[self.graph.settings.priority.upper()],
            started_at=now,
            deadline_at=now + self.graph.timeout,
            failed_steps=0,
            zone=clock.zone,
            calendar=clock.business,
            graph=rehearsal.graph,
            data=event.data,
            facts=facts(event.id, event.name, event.occurred_at, event.source_label, execution_id),
            position=Position(node_id=node_id, iteration="", generation=0, attempt=1, entered_at=now),
        )
        lead = Lead(rehearsal)
        lead.to_the_end(run, now)
        return lead.steps
