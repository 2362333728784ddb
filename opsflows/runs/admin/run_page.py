"""A run's page: where it stands, in a sentence, and its steps as a timeline."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import Look, at, badge, when
from opsflows.events.models import Event
from opsflows.records.models import Task
from opsflows.runs.admin.advice import advice_for
from opsflows.runs.admin.looks import RUN, STEP, TRIED, UNCLEAR
from opsflows.runs.admin.made import made_by
from opsflows.runs.admin.origin import started_by
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.trace import Trace, TracedStep, trace

#: Events that a run emitted, and runs that it started, which its page lists.
_LISTED = 20


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    """An attempt that did not succeed."""

    number: int
    moment: SafeString
    error: str
    output: SafeString | None
    by_hand: bool


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as the timeline shows it."""

    step: TracedStep
    look: Look
    badge: SafeString
    took: str
    way: str
    earlier: tuple[ShownAttempt, ...]
    input: SafeString | None
    output: SafeString | None
    advice: str
    made: list[tuple[str, str, str]]
    is_last: bool


def run_context(run: Execution) -> dict[str, Any]:
    """What templates/admin/opsflows/run.html shows."""
    found = trace(run.pk)
    execution = found.execution
    emitted = list(Event.objects.filter(cause_execution_id=run.pk).order_by("pk")[: _LISTED + 1])
    started = list(started_runs(execution)[: _LISTED + 1])
    look = RUN[Execution.Status(execution.execution_status)]
    return {
        "title": f"{execution.workflow.workflow_name}, {execution}",
        "run": execution,
        "look": look,
        "badge": badge(look),
        "sentence": sentence(found),
        "steps": [_shown(step, found) for step in found.steps],
        "ahead": () if found.is_over else _still_to_come(found),
        "goes_on_at": found.goes_on_at,
        "started_by": started_by(execution),
        "started": when(execution.started_at),
        "ended": at(execution.completed_at) if execution.completed_at else None,
        "began": at(execution.started_at),
        "took": words.lasted(execution.execution_time_ms) if execution.execution_time_ms is not None else "",
        "deadline": when(execution.deadline_at) if execution.deadline_at and not found.is_over else None,
        "zone": execution.account.timezone,
        "variables": document(found.variables) if found.variables else None,
        "trigger_data": document(execution.trigger_data) if execution.trigger_data is not None else None,
        "emitted": emitted[:_LISTED],
        "more_emitted": len(emitted) > _LISTED,
        "runs": [
            {"row": each, "badge": badge(RUN[Execution.Status(each.execution_status)])} for each in started[:_LISTED]
        ],
        "more_runs": len(started) > _LISTED,
        "task_model": Task,
    }


def started_runs(run: Execution) -> QuerySet[Execution]:
    """The runs of other workflows that this one started, in their order."""
    rows = Execution.objects.filter(origin_id=run.pk, account=run.account_id).select_related("workflow")
    return rows.only("execution_status", "started_at", "workflow__workflow_name").order_by("pk")


def sentence(found: Trace) -> SafeString:
    """Where the run stands, as one would say it."""
    run = found.execution
    place = found.standing_at.label if found.standing_at else run.current_step or "a step"
    status = Execution.Status(run.execution_status)
    if run.cancel_requested_at and not found.is_over:
        since = when(run.cancel_requested_at)
        return format_html("Being cancelled since {}: a call is under way and is recorded first.", since)
    if status == Execution.Status.WAITING:
        return _waiting(found, place)
    if status == Execution.Status.NEEDS_ATTENTION:
        return format_html("At “{}”: {}", place, run.error_message or "Somebody has to decide.")
    if status == Execution.Status.RUNNING:
        return format_html("Running since {}, now at “{}”.", when(run.started_at), place)
    if status == Execution.Status.COMPLETED:
        return _completed(run)
    return format_html("{}", run.error_message or "No reason was recorded.")


def _waiting(found: Trace, place: str) -> SafeString:
    last = found.steps[-1].last if found.steps else None
    is_due = found.goes_on_at is None or found.goes_on_at <= timezone.now()
    goes_on = "as soon as a worker is free" if is_due else when(found.goes_on_at)
    if last is not None and last.step_status == Step.Status.FAILED:
        tried = f"{last.attempt} time{'' if last.attempt == 1 else 's'}"
        return format_html("“{}” did not work yet (tried {}). It is tried again {}.", place, tried, goes_on)
    since = when(last.started_at) if last is not None and last.step_status == Step.Status.WAITING else None
    if since is None:
        return format_html("Waiting at “{}”. It goes on {}.", place, goes_on)
    return format_html("Waiting at “{}”, begun {}. It goes on {}.", place, since, goes_on)


def _completed(run: Execution) -> SafeString:
    took = words.lasted(run.execution_time_ms or 0)
    if run.failed_steps:
        failed = "one step" if run.failed_steps == 1 else f"{run.failed_steps} steps"
        return format_html("Took {}, and {} failed on the way.", took, failed)
    return format_html("Took {}.", took)


def _shown(step: TracedStep, found: Trace) -> ShownStep:
    last = step.last
    item = found.item
    state = item.status if item is not None and item.node_id == step.place.node_id else None
    held = state == QueueItem.Status.HELD and last.step_status == Step.Status.RUNNING
    again = state is not None and last.step_status == Step.Status.FAILED
    look = UNCLEAR if held else TRIED if again else STEP[Step.Status(last.step_status)]
    return ShownStep(
        step=step,
        look=look,
        badge=badge(look),
        took=words.lasted(step.milliseconds) if step.milliseconds is not None else "",
        way=_way(step),
        earlier=tuple(_attempt(attempt) for attempt in step.earlier),
        input=_folded(last.input_data),
        output=None if step.explanation else _folded(last.output_data),
        advice=advice_for(step, is_over=found.is_over, is_held=held),
        made=made_by(step.place.kind, last.output_data),
        is_last=step is found.steps[-1],
    )


def _way(step: TracedStep) -> str:
    """The way the step was left by, where that says something."""
    named = {"true": "yes", "false": "no", "error": "the way for errors"}
    handle = step.last.handle
    return named.get(handle, handle) if handle not in ("", "done", "stopped") else ""


def _attempt(row: Step) -> ShownAttempt:
    return ShownAttempt(
        number=row.attempt,
        moment=when(row.completed_at or row.started_at),
        error=row.error_message or "It did not come to an end.",
        output=_folded(row.output_data),
        by_hand=row.generation > 0,
    )


def _folded(value: Any) -> SafeString | None:
    return None if value in (None, {}, []) else document(value, most=300)


def _still_to_come(found: Trace) -> tuple[Any, ...]:
    taken = {step.place.node_id for step in found.steps}
    return tuple(place for place in found.ahead if place.node_id not in taken)
