"""The kind that has another workflow do a part, and goes on with what came of it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from opsflows.events.emit import LoopError
from opsflows.rules import Problem, RuleError, after_duration, duration_problem
from opsflows.runs.models import Execution
from opsflows.runs.start_run import NotStartable, start_run
from opsflows.runs.steps.workflows import data_for, find_workflow
from opsflows.runs.waiting.children import cancel_awaited, result_of
from opsflows.workflows import field_looks as looks
from opsflows.workflows.kinds import DatabaseKind, GivenUp, StepConfig, StepContext
from opsflows.workflows.models import Workflow
from opsflows.workflows.outcomes import Done, Fail, Outcome, Wait
from opsflows.workflows.references import Reference, UnknownReference, resolver
from opsflows.workflows.registry import register

TIMEOUT = "timeout"

#: How a run ended that did not complete: in words, and what its error says where it says no more than that.
_ENDED = {
    "failed": ("failed", ""),
    "cancelled": ("was cancelled", "Cancelled."),
    "timeout": ("took longer than its time limit", "The run took longer than its time limit."),
}


class SubworkflowConfig(StepConfig):
    workflowId: str = Field(  # noqa: N815  (Rules' spelling, as below)
        title="Workflow",
        description="The workflow's id, or its exact name.",
        json_schema_extra=looks.look(looks.WORKFLOW),
    )
    wait: bool = Field(
        default=True,
        title="Wait until it is over",
        description="Wait until it is over, and go on with what came of it.",
    )
    passData: bool = Field(  # noqa: N815
        default=True, title="Hand over the event", description="Hand over what this run's own event carries."
    )
    data: dict[str, Any] = Field(
        default_factory=dict,
        title="Hand over besides",
        description="What else to hand over; it goes over the event's.",
        json_schema_extra=looks.look(looks.DOCUMENT),
    )
    timeout: str = Field(
        default="",
        title="Wait at most",
        description="How long to wait at most, such as `2 days`; then it is cancelled. Empty: no limit.",
        json_schema_extra=looks.look(looks.DURATION, more=True),
    )


@register
class SubworkflowKind(DatabaseKind):
    """Starts another live workflow in the version that is published then, and waits for its end, or does not.

    Which workflow a name means is settled when this one is published. The other's failure is the failure of this step.
    """

    kind = "subworkflow"
    label = "Run another workflow"
    about = "Runs another workflow, and goes on with what came of it."
    icon = "account_tree"
    Config = SubworkflowConfig
    outcomes = ("done", TIMEOUT)
    gives_up = True

    def check(self, config: SubworkflowConfig, *, path: str) -> list[Problem]:
        problems = []
        if not config.workflowId.strip():
            problems.append(Problem(f"{path}.workflowId", "Name the workflow to run, by its id or its exact name."))
        if config.timeout and not config.wait:
            problems.append(Problem(f"{path}.timeout", "Has no meaning where it is not waited for; leave it out."))
        elif config.timeout and "{{" not in config.timeout and (problem := duration_problem(config.timeout)):
            problems.append(Problem(f"{path}.timeout", problem))
        return problems

    def references(self, config: SubworkflowConfig) -> Iterable[Reference]:
        name = config.workflowId.strip()
        return (Reference("workflow", name, "workflowId"),) if name and "{{" not in name else ()

    def apply(self, step: StepContext) -> Outcome:
        config: SubworkflowConfig = step.config
        found = find_workflow(step.account_id, _meant(step))
        if isinstance(found, str):
            return Fail(f"workflowId: {found}")
        try:
            until = after_duration(config.timeout, step.clock) if config.timeout else None
            run = start_run(
                workflow=found,
                data=data_for(step.event_data, config.data, pass_data=config.passData),
                origin=Execution.Origin.WORKFLOW,
                origin_id=step.execution_id,
                key=_key(step),
                depth=step.depth + 1,
                awaited_by=step.item_id if config.wait else None,
                now=step.clock.now,
            )
        except RuleError as error:
            return Fail(f"timeout: {error}")
        except NotStartable as error:
            return Fail(f"workflowId: {error}")
        except LoopError as error:
            return Fail(str(error), final=True)
        output = {"execution_id": str(run.pk), "workflow_id": str(found.pk), "workflow": found.workflow_name}
        if not config.wait:
            return Done(output=output)
        if run.execution_status in Execution.TERMINAL:
            # Left out by a limit of the workflow.
            return _answer(output, result_of(run))
        return Wait(until=until, output={**output, "until": until.isoformat() if until else None})

    def resume(self, step: StepContext, woken_by: Any) -> Outcome:
        run = Execution.objects.select_related("workflow").get(origin_key=_key(step))
        name = run.workflow.workflow_name
        output = {"execution_id": str(run.pk), "workflow_id": str(run.workflow_id), "workflow": name}
        if woken_by is None and run.execution_status not in Execution.TERMINAL:
            assert step.item_id is not None  # noqa: S101  (only the engine resumes)
            cancel_awaited({_key(step)}, {step.item_id}, now=step.clock.now)
            return Done(output={**output, "status": None, "output": None, "error": None}, handle=TIMEOUT)
        # It may have come to its end in the moment in which its time was over.
        return _answer(output, woken_by or result_of(run))

    def give_up(self, steps: Sequence[GivenUp], *, now: datetime) -> None:
        cancel_awaited({_key(step) for step in steps}, {step.item_id for step in steps}, now=now)


def _answer(output: Mapping[str, Any], result: Mapping[str, Any]) -> Outcome:
    """What came of the other run, as the outcome of this step."""
    found = {**output, **result}
    if result["status"] == Execution.Status.COMPLETED:
        return Done(output=found)
    ended, says_it_all = _ENDED[result["status"]]
    reason = "." if result["error"] in (None, "", says_it_all) else f": {result['error']}"
    return Fail(f"“{output['workflow']}” {ended}{reason}", output=found)


def _key(step: StepContext | GivenUp) -> str:
    """By which the other run is known; one that failed is not asked again, but started anew."""
    return step.key if step.attempt == 1 else f"{step.key}.{step.attempt}"


def _meant(step: StepContext) -> str:
    """The workflow's id where publishing found it, else what a variable says by now."""
    wanted: str = step.config.workflowId.strip()
    known = step.references.get("workflow", {}).get(wanted)
    return wanted if known is None else str(known["id"])


@resolver("workflow")
def _workflow(account_id: uuid.UUID, name: str) -> Mapping[str, Any]:
    """Which workflow is meant; not its version: it keeps its own, and publishing it changes nothing here."""
    found = find_workflow(account_id, name, paused=True)
    if isinstance(found, Workflow):
        return {"id": str(found.pk)}
    raise UnknownReference(found[:1].upper() + found[1:])
