"""How the API shows runs, and what a dry run found."""

from collections.abc import Iterable, Mapping
from typing import Any

from opsflows.outbound import redact_value
from opsflows.runs.dry_run import DryRun, TriedStep
from opsflows.runs.models import Execution, Step


def execution_document(run: Execution) -> dict[str, Any]:
    """A run as JSON: what started it, each step with what went in and came out, and how it ended."""
    return {
        "id": run.id,
        "workflowId": run.workflow_id,
        "version": run.version.number,
        "status": run.execution_status,
        "origin": run.origin,
        "triggerEvent": {"id": run.event.id, "type": run.event.name} if run.event else None,
        "currentStep": run.current_step,
        "startedAt": run.started_at,
        "completedAt": run.completed_at,
        "executionTimeMs": run.execution_time_ms,
        "error": run.error_message,
        "failedSteps": run.failed_steps,
        "steps": [step_document(step) for step in sorted(run.steps.all(), key=lambda step: step.id)],
    }


def step_document(step: Step) -> dict[str, Any]:
    """One attempt of one step as JSON; a condition's output holds each comparison with the value it saw."""
    return {
        "id": step.step_id,
        "type": step.step_config.get("kind"),
        "label": step.step_config.get("label"),
        "status": step.step_status,
        "attempt": step.attempt,
        "outcome": step.handle or None,
        "input": step.input_data,
        "output": step.output_data,
        "warnings": step.warnings,
        "error": step.error_message,
        "startedAt": step.started_at,
        "completedAt": step.completed_at,
    }


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
        "outcome": step.outcome,
        "input": step.input,
        "output": None if step.verdict is not None else redact_value(step.output),
        "at": step.at,
        "until": step.until,
        "warnings": step.warnings,
        "notes": step.notes,
        "error": step.error,
    }
