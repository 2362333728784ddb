"""What stands around a step while its form is filled in: its workflow, whoever writes, and what it may read."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from opsflows.accounts.actor import Actor
from opsflows.accounts.roles import Permission
from opsflows.studio.samples import Sample, sample_of, samples_of, scheduled
from opsflows.studio.variables.known import Variable, variables_for
from opsflows.workflows.graph import SCHEDULE
from opsflows.workflows.models import Workflow

_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Around:
    """Where a form stands. `node_id` is None for the condition at the entrance and the trigger."""

    workflow: Workflow
    node_id: str | None
    variables: Sequence[Variable]
    sample: Sample | None
    actor: Actor
    #: The events to choose from for the preview, the newest first.
    samples: Sequence[Sample] = ()


def around_of(*, actor: Actor, workflow: Workflow, node_id: str | None, sample_id: str = "") -> Around:
    """What stands around the step `node_id`, with the sample that is asked for; else the newest.

    Raises:
        Forbidden: the actor may not look at the workflow, or at events.
    """
    actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    actor.require(Permission.EVENTS_READ, account_id=workflow.account_id)
    event = str(workflow.trigger_config.get("event") or "")
    if workflow.trigger_config.get("kind") == SCHEDULE:
        samples = [scheduled(workflow, now=timezone.now())]
    else:
        samples = samples_of(account_id=workflow.account_id, event=event, limit=_SAMPLES)
    sample = next((each for each in samples if each.id == sample_id), None)
    if sample is None and sample_id:
        sample = sample_of(account_id=workflow.account_id, event=event, sample_id=sample_id)
    variables = variables_for(workflow=workflow, node_id=node_id, samples=samples)
    return Around(workflow, node_id, variables, sample or samples[0], actor, tuple(samples))
