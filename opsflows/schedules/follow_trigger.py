"""A workflow's own schedule follows what is live of it, in the transaction of whoever publishes, pauses or deletes it.

It is there while the published version has a trigger of kind `schedule`, and on while the workflow is live. What fell
due while it was off is not made up, as with any schedule. Publishing the same times anew leaves them as they stand,
with what fell due a moment before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsflows.queue.bell import ring
from opsflows.schedules.judge_trigger import judge
from opsflows.schedules.models import Schedule, ScheduleState
from opsflows.schedules.next_fire import begin_anew
from opsflows.schedules.write import TIMING
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.gone_live import when_live_first, when_off, when_renamed
from opsflows.workflows.graph import SCHEDULE
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph


# First, because who fires a schedule holds its state when the run is let in.
@when_live_first
def follow_live(workflow: Workflow, now: datetime) -> None:
    """Put the schedule in place that the published trigger asks for, or take away what one before it asked for."""
    config = _config(workflow)
    schedule, state = _held(workflow)
    if config is None:
        if schedule is not None:
            schedule.delete()
        return
    is_new = schedule is None
    schedule = schedule or Schedule(account=workflow.account, workflow=workflow, of_trigger=True, is_active=False)
    state = state or ScheduleState(schedule=schedule)
    before = [schedule.is_active, *(getattr(schedule, name) for name in TIMING)]
    _set(schedule, workflow, config)
    schedule.save(force_insert=is_new)
    if is_new or state.problem or before != [schedule.is_active, *(getattr(schedule, name) for name in TIMING)]:
        _begin(state, schedule, config, now)
        state.save(force_insert=is_new)
        ring()


@when_off
def follow_off(workflow: Workflow, now: datetime) -> None:
    """Let the schedule rest while its workflow is paused; it goes with a workflow that is deleted."""
    schedule, state = _held(workflow)
    if schedule is None or state is None:
        return
    if workflow.deleted_at is not None:
        schedule.delete()
    elif schedule.is_active:
        schedule.is_active = False
        schedule.save(update_fields=["is_active", "updated_at"])
        begin_anew(state, schedule, now=now)
        state.save()


@when_renamed
def follow_name(workflow: Workflow) -> None:
    """Let the schedule be called as its workflow is, which people look for it by; its times stay as they are."""
    schedule, _ = _held(workflow)
    if schedule is not None:
        schedule.name = workflow.workflow_name
        schedule.save(update_fields=["name", "updated_at"])


def _config(workflow: Workflow) -> Mapping[str, Any] | None:
    """What the published trigger says, where it is a schedule."""
    version = workflow.published_version
    if version is None or version.trigger_event:
        return None
    try:
        [trigger] = read_graph(version.workflow_data).triggers
    except (InvalidDefinition, ValueError):
        return None
    return trigger.config if trigger.kind == SCHEDULE else None


def _held(workflow: Workflow) -> tuple[Schedule | None, ScheduleState | None]:
    """The workflow's own schedule and its state, which is locked; the caller has locked the workflow."""
    schedule = Schedule.objects.select_related("account").filter(workflow=workflow, of_trigger=True).first()
    if schedule is None:
        return None, None
    return schedule, ScheduleState.objects.select_for_update().get(pk=schedule.pk)


def _set(schedule: Schedule, workflow: Workflow, config: Mapping[str, Any]) -> None:
    schedule.name = workflow.workflow_name
    schedule.cron = " ".join(str(config.get("cron") or "").split())
    schedule.zone = config.get("zone") or workflow.account.timezone
    schedule.data = config.get("data") or {}
    schedule.is_active = True
    version = workflow.published_version
    schedule.created_by_id = schedule.created_by_id or (version.created_by_id if version else None)


def _begin(state: ScheduleState, schedule: Schedule, config: Mapping[str, Any], now: datetime) -> None:
    """Count from `now` on. What was published before may ask for something that is not known here any more."""
    if problems := list(judge(config)):
        state.handled_until, state.next_fire_at = now, None
        state.problem = " ".join(message for _, message in problems)
    else:
        begin_anew(state, schedule, now=now)
