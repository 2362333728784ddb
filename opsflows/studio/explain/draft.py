"""What the draft of a workflow would say to an event, beside what was live."""

from dataclasses import dataclass

from opsflows.events.models import Event
from opsflows.studio.explain.entry import entry_of
from opsflows.studio.explain.held_against import Held, HeldEvent
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.references import UnknownReference
from opsflows.workflows.validate import references_of


@dataclass(frozen=True, slots=True)
class DraftAnswer:
    """Whether an event like this would start a run if the draft were live; None where that cannot be told."""

    starts: bool | None
    sentence: str
    held: Held | None = None


def draft_answer(workflow: Workflow, event: Event, held: HeldEvent) -> DraftAnswer:
    """The draft as it is now, with lists and segments as they are now, at the same moment."""
    try:
        graph = read_graph(workflow.workflow_data)
        references = references_of(graph, workflow.settings, account_id=workflow.account_id)
    except (InvalidDefinition, UnknownReference) as error:
        return DraftAnswer(None, f"The draft is not finished: {error}")
    name = graph.triggers[0].config.get("event") if graph.triggers else None
    if name != event.name:
        listens = f"listens to {name}" if name else "listens to no event"
        return DraftAnswer(False, f"The draft {listens}, so it would not start.")
    return _asked(held.against(entry_of(workflow.workflow_data, references)))


def _asked(held: Held) -> DraftAnswer:
    if held.problem:
        return DraftAnswer(None, f"The draft's condition is not finished: {held.problem}", held)
    if held.holds is None:
        return DraftAnswer(None, "What the event carried is no longer kept, so the draft cannot be asked.", held)
    if held.holds:
        return DraftAnswer(True, "With the draft it would start.", held)
    return DraftAnswer(False, "With the draft it would not start: its condition does not hold.", held)
