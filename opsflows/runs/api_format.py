"""How the API shows runs, and what a dry run found."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from opsflows.outbound import redact_value
from opsflows.runs.dry_run import DryRun
from opsflows.runs.models import Execution, Fork, Step
from opsflows.runs.rehearsal.tried import TriedBranch, TriedStep
from opsflows.runs.trace.explained import masked
from opsflows.runs.trace.progress import ForkProgress, progress_of


def with_steps(runs: QuerySet[Execution], iteration: str = "") -> QuerySet[Execution]:
    """`runs` read for their documents: the steps outside of lists, or about one item, however long the lists are."""
    return runs.select_related("version", "event").prefetch_related(
        Prefetch("steps", Step.objects.filter(iteration=iteration)),
        Prefetch("forks", Fork.objects.filter(iteration=iteration).order_by("id")),
    )


def execution_document(run: Execution, *, now: datetime) -> dict[str, Any]:
    """A run (of `with_steps`) as JSON: what started it, each step with what went in and came out, how it ended."""
    return {
        "id": run.id,
        "workflowId": run.workflow_id,
        "version": run.version.number,
        "status": run.execution_status,
        "origin": run.origin,
        "triggerEvent": {"id": run.event.id, "type": run.event.name} if run.event else None,
        "replayOf": run.replay_of_id,
        "currentStep": run.current_step,
        "startedAt": run.started_at,
        "completedAt": run.completed_at,
        "executionTimeMs": run.execution_time_ms,
        "error": run.error_message,
        "exitReason": run.exit_reason,
        "failedSteps": run.failed_steps,
        "steps": [step_document(step) for step in sorted(run.steps.all(), key=lambda step: step.id)],
        "forks": [fork_document(progress_of(fork), now=now) for fork in run.forks.all()],
    }


def fork_document(fork: ForkProgress, *, now: datetime) -> dict[str, Any]:
    """How far the branches of a step are, or the items of a list."""
    left = fork.time_left(now)
    return {
        "id": fork.id,
        "step": fork.node_id,
        "iteration": fork.iteration,
        "total": fork.total,
        "done": fork.done,
        "failed": fork.failed,
        "givenUp": fork.dropped,
        "left": fork.left,
        "isOver": fork.is_over,
        "secondsLeft": None if left is None else int(left.total_seconds()),
        "startedAt": fork.started_at,
        "completedAt": fork.completed_at,
    }


def step_document(step: Step) -> dict[str, Any]:
    """One attempt of one step as JSON; a condition's output holds each comparison with the value it saw."""
    return {
        "id": step.step_id,
        "type": step.step_config.get("kind"),
        "label": step.step_config.get("label"),
        "status": step.step_status,
        "attempt": step.attempt,
        "iteration": step.iteration,
        "outcome": step.handle or None,
        "input": step.input_data,
        "output": _shown(step.output_data),
        "sets": step.step_config.get("sets"),
        "warnings": step.warnings,
        "error": step.error_message,
        "startedAt": step.started_at,
        "completedAt": step.completed_at,
    }


def _shown(output: Any) -> Any:
    found = redact_value(output)
    if isinstance(found, dict) and isinstance(found.get("explanation"), dict):
        found["explanation"] = masked(found["explanation"])
    return found


def dry_run_document(tried: DryRun, *, problems: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """What a run would do. `problems` stand in the way of publishing the draft; it can be tried all the same."""
    return {
        "dryRun": True,
        "version": tried.version if tried.version is not None else "draft",
        "starts": tried.starts,
        "status": tried.status,
        "error": tried.error,
        "endsAt": tried.ends_at,
        "steps": [tried_step_document(step) for step in tried.steps],
        "variables": redact_value(dict(tried.variables)),
        "problems": list(problems),
    }


def tried_step_document(step: TriedStep) -> dict[str, Any]:
    """One step of a dry run as JSON."""
    return {
        "id": step.id,
        "type": step.kind,
        "label": step.label,
        "status": step.status,
        "verdict": step.verdict,
        "explanation": step.explanation,
        "iteration": step.iteration,
        "outcome": step.outcome,
        "input": step.input,
        "output": None if step.verdict is not None else redact_value(step.output),
        "branches": [branch_document(branch) for branch in step.branches],
        "total": step.total,
        "at": step.at,
        "until": step.until,
        "warnings": step.warnings,
        "notes": step.notes,
        "error": step.error,
    }


def branch_document(branch: TriedBranch) -> dict[str, Any]:
    """One branch of a step of a dry run as JSON."""
    return {
        "position": branch.position,
        "name": branch.handle,
        "item": redact_value(branch.item),
        "status": branch.status,
        "error": branch.error,
        "output": redact_value(branch.output),
    }
