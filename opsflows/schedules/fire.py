"""One fire: its event or its run, and the row that says so, in one transaction."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from opsflows.accounts.calendars import account_clock
from opsflows.events.emit import LoopError, emit
from opsflows.events.models import Event
from opsflows.rules import Clock, RenderError, RuleError
from opsflows.runs.models import Execution
from opsflows.runs.start_run import NotStartable, start_run
from opsflows.schedules.content import content
from opsflows.schedules.models import Schedule, ScheduleFire


class NotFired(Exception):  # noqa: N818  (reads as the answer it becomes)
    """It cannot fire as things are; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Done:
    outcome: ScheduleFire.Outcome
    event_id: uuid.UUID | None = None
    execution_id: uuid.UUID | None = None


def fire(
    schedule: Schedule, *, fire_time: datetime, now: datetime, fired_by_id: uuid.UUID | None = None
) -> ScheduleFire:
    """Do what the schedule is for, as of `fire_time`, and note it. Inside the caller's transaction.

    `schedule` comes with its account and workflow. Whoever calls has the lock of its state.

    Raises:
        NotFired: nothing was done or noted.
    """
    try:
        with transaction.atomic():
            done = _do(schedule, fire_time, now)
            return note(
                schedule,
                fire_time=fire_time,
                now=now,
                outcome=done.outcome,
                event_id=done.event_id,
                execution_id=done.execution_id,
                fired_by_id=fired_by_id,
            )
    except (NotStartable, LoopError, RuleError, RenderError) as error:
        raise NotFired(str(error)) from None


def note(
    schedule: Schedule,
    *,
    fire_time: datetime,
    now: datetime,
    outcome: ScheduleFire.Outcome,
    event_id: uuid.UUID | None = None,
    execution_id: uuid.UUID | None = None,
    detail: str = "",
    missed: int = 0,
    fired_by_id: uuid.UUID | None = None,
) -> ScheduleFire:
    """Write what became of a fire. Raises `IntegrityError` where something was noted for that time before."""
    return ScheduleFire.objects.create(
        account_id=schedule.account_id,
        schedule=schedule,
        fire_time=fire_time,
        fired_at=now,
        outcome=outcome,
        event_id=event_id,
        execution_id=execution_id,
        detail=detail,
        missed=missed,
        fired_by_id=fired_by_id,
    )


def _do(schedule: Schedule, fire_time: datetime, now: datetime) -> _Done:
    if not schedule.account.is_active:
        raise NotFired("The account is switched off.")
    calendar = account_clock(schedule.account, now=fire_time).business
    clock = Clock(fire_time, schedule.place, calendar)
    data = content(schedule.data, schedule_id=schedule.pk, name=schedule.name, clock=clock)
    key = f"{schedule.pk}:{fire_time.isoformat()}"
    workflow = schedule.workflow
    if workflow is None:
        event_id = emit(
            account_id=schedule.account_id,
            name=schedule.event_name,
            data=data,
            now=now,
            key=f"schedule:{key}",
            source_label=schedule.name,
            door=Event.Door.SCHEDULE,
        )
        return _Done(ScheduleFire.Outcome.EVENT, event_id=event_id)
    if workflow.deleted_at is not None:
        raise NotFired(f"“{workflow.workflow_name}” was deleted; choose another workflow, or delete this schedule.")
    # A person may start what is paused; a schedule goes by the switch that says whether it is live.
    if workflow.published_version_id is not None and not workflow.is_active:
        instead = "" if schedule.of_trigger else ", or switch this schedule off"
        raise NotFired(f"“{workflow.workflow_name}” is paused; resume it{instead}.")
    run = start_run(
        workflow=workflow,
        data=data,
        origin=Execution.Origin.SCHEDULE,
        origin_id=schedule.pk,
        key=key,
        now=now,
    )
    return _Done(ScheduleFire.Outcome.RUN, execution_id=run.pk)
