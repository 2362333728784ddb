"""A run's page: where it stands, in a sentence, and its steps as a timeline."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import at, badge, when
from opsflows.events.models import Event
from opsflows.outbound import redact_value
from opsflows.records.models import Task
from opsflows.runs.admin.held import held_steps
from opsflows.runs.admin.in_line import in_line
from opsflows.runs.admin.looks import RUN
from opsflows.runs.admin.origin import started_by
from opsflows.runs.admin.run_picture import run_picture
from opsflows.runs.admin.shown_fork import in_words
from opsflows.runs.admin.shown_items import item_asked, item_url, shown_items, shown_opened
from opsflows.runs.admin.shown_step import shown_steps, shown_value
from opsflows.runs.models import Branch, Execution, Step
from opsflows.runs.trace import Trace, trace
from opsflows.runs.trace.opened import item_around

#: Events that a run emitted, and runs that it started, which its page lists.
_LISTED = 20


def run_context(run: Execution, query: Mapping[str, str]) -> dict[str, Any]:
    """What templates/admin/opsflows/run.html shows; `query` may open one item of a list, or page through them."""
    found = _trace(run, query)
    execution = found.execution
    emitted = list(Event.objects.filter(cause_execution_id=run.pk).order_by("pk")[: _LISTED + 1])
    started = list(started_runs(execution)[: _LISTED + 1])
    look = RUN[Execution.Status(execution.execution_status)]
    steps = shown_steps(found.steps, found)
    return {
        "title": f"{execution.workflow.workflow_name}, {execution}",
        "run": execution,
        "look": look,
        "badge": badge(look),
        "sentence": sentence(found),
        "is_over": found.is_over,
        "steps": steps,
        "picture": run_picture(found, steps),
        "items": shown_items(found, query),
        "opened": shown_opened(found.opened) if found.opened else None,
        "held_url": _held_url(found),
        "held": held_steps(found),
        "replays": list(execution.replays.order_by("pk").only("execution_status", "started_at")[:_LISTED]),
        "ahead": () if found.is_over else found.ahead,
        "started_by": started_by(execution),
        "started": when(execution.started_at),
        "ended": at(execution.completed_at) if execution.completed_at else None,
        "began": at(execution.started_at),
        "took": words.lasted(execution.execution_time_ms) if execution.execution_time_ms is not None else "",
        "deadline": when(execution.deadline_at) if execution.deadline_at and not found.is_over else None,
        "zone": execution.account.timezone,
        "values": [shown_value(value) for value in found.variables],
        "trigger_data": document(redact_value(execution.trigger_data)) if execution.trigger_data is not None else None,
        "emitted": emitted[:_LISTED],
        "more_emitted": len(emitted) > _LISTED,
        "runs": [
            {"row": each, "badge": badge(RUN[Execution.Status(each.execution_status)])} for each in started[:_LISTED]
        ],
        "more_runs": len(started) > _LISTED,
        "task_model": Task,
    }


def _trace(run: Execution, query: Mapping[str, str]) -> Trace:
    try:
        return trace(run.pk, item=item_asked(query))
    except Branch.DoesNotExist:
        # An address that leads to no item leads to the run.
        return trace(run.pk)


def _held_url(found: Trace) -> str:
    """The item about which somebody has to decide, where it is not the one that is opened."""
    held = found.held
    if held is None or found.opened or held.branch_id is None or not held.iteration:
        return ""
    item = item_around(held.branch_id, found.plan)
    return item_url(*item) if item else ""


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
    if status == Execution.Status.NEEDS_ATTENTION:
        return format_html("At “{}”: {}", place, run.error_message or "Somebody has to decide.")
    if found.opened and not found.is_over:
        return format_html("Under way since {}; below is one item of it.", when(run.started_at))
    if status == Execution.Status.WAITING:
        return _waiting(found, place)
    if status == Execution.Status.RUNNING:
        if found.fork is not None:
            how_far = in_words(found.fork, found.plan)
            return format_html("Running since {}. At “{}”, {}.", when(run.started_at), place, how_far)
        return format_html("Running since {}, now at “{}”.", when(run.started_at), place)
    if status == Execution.Status.COMPLETED:
        return _completed(run)
    return format_html("{}", run.error_message or "No reason was recorded.")


def _waiting(found: Trace, place: str) -> SafeString:
    if (unbegun := in_line(found.execution, found.item)) is not None:
        return unbegun
    if found.fork is not None:
        return format_html("Waiting at “{}”: {}.", place, in_words(found.fork, found.plan))
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
    if run.exit_reason:
        return format_html("Ended before its last step: {}. Took {}.", run.exit_reason.rstrip("."), took)
    if run.failed_steps:
        failed = "one step" if run.failed_steps == 1 else f"{run.failed_steps} steps"
        return format_html("Took {}, and {} failed on the way.", took, failed)
    return format_html("Took {}.", took)
