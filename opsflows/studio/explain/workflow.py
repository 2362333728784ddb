"""Why one workflow did, or did not, start when an event came, what became of its run, and what its draft would do."""

from dataclasses import dataclass
from datetime import datetime

from opsflows.events.models import Event
from opsflows.studio.explain.afterwards import Afterwards, afterwards
from opsflows.studio.explain.answer import Answers, Candidate
from opsflows.studio.explain.draft import DraftAnswer, draft_answer
from opsflows.studio.explain.held_against import held_event
from opsflows.studio.explain.listening import listening_of
from opsflows.studio.explain.moment import Judged, judged
from opsflows.studio.explain.repeats import Repeats, repeats_of
from opsflows.studio.explain.started import started
from opsflows.studio.explain.verdict import Verdict
from opsflows.workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class WorkflowExplanation:
    """One workflow and one event: the answer, what followed, and the draft beside it."""

    event: Event
    judged: Judged
    verdict: Verdict
    afterwards: tuple[Afterwards, ...]
    draft: DraftAnswer
    #: None where the event came once.
    repeats: Repeats | None = None


def explain_workflow(*, workflow: Workflow, event: Event, now: datetime) -> WorkflowExplanation:
    """The answer of `workflow` to `event`, which is one of its account's, whatever its name.

    A fixed number of queries, and those that the draft's references take.
    """
    when = judged(event, list(event.routing_failures.all()), now=now)
    zone = workflow.account.zone
    found = listening_of(workflow, when.at)
    runs = started(event.pk, workflow.pk).get(workflow.pk, [])
    candidate = Candidate.of(found, event.name, when, runs, zone)
    held = held_event(workflow.account, event, when.at)
    verdict = Answers(held, when, zone, [candidate]).of(candidate)
    return WorkflowExplanation(
        event=event,
        judged=when,
        verdict=verdict,
        afterwards=afterwards([run.id for run in runs]),
        draft=draft_answer(workflow, event, held),
        repeats=repeats_of(event.pk, zone),
    )
