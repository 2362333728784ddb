"""Setting what a schedule says, and checking all of it; shared by the verbs that create and change one."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsflows.accounts.models import check_zone
from opsflows.events.names import name_problem
from opsflows.rules import Clock
from opsflows.schedules.content import content_problems
from opsflows.schedules.cron import CronError, checked_cron
from opsflows.schedules.models import Schedule
from opsflows.workflows.models import Workflow

MOST_GRACE = 7 * 24 * 60
#: What decides when a schedule fires.
TIMING = ("cron", "zone", "starts_at", "ends_at")


class ScheduleFields(TypedDict, total=False):
    """What can be said of a schedule. It starts a workflow or sends an event: naming one takes the other away."""

    name: str
    cron: str
    zone: str
    workflow_id: uuid.UUID | None
    event_name: str
    data: Mapping[str, Any]
    misfire: str
    grace_minutes: int
    starts_at: datetime | None
    ends_at: datetime | None


def set_fields(schedule: Schedule, fields: ScheduleFields, *, now: datetime) -> None:
    """Set `fields` on `schedule` (nothing is saved) and check the whole of it.

    Raises:
        ValidationError: by field, with everything that is wrong.
    """
    for name, value in fields.items():
        setattr(schedule, name, value.strip() if isinstance(value, str) else value)
    if fields.get("workflow_id") and not fields.get("event_name"):
        schedule.event_name = ""
    elif fields.get("event_name") and not fields.get("workflow_id"):
        schedule.workflow_id = None
    problems: defaultdict[str, list[str]] = defaultdict(list)
    _check_name(schedule, problems)
    _check_timing(schedule, problems)
    _check_deed(schedule, problems)
    # Rendered in its zone, so that there has to be one.
    if "zone" not in problems:
        for problem in content_problems(schedule.data, name=schedule.name, clock=Clock(now, schedule.place)):
            place = problem.path.removeprefix("data").removeprefix(".")
            problems["data"].append(f"{place}: {problem.message}" if place else problem.message)
    if problems:
        raise ValidationError(dict(problems))


def check_timing(schedule: Schedule) -> None:
    """Raise `ValidationError` where it cannot be said when the schedule fires."""
    problems: defaultdict[str, list[str]] = defaultdict(list)
    _check_timing(schedule, problems)
    if problems:
        raise ValidationError(dict(problems))


def save(schedule: Schedule) -> None:
    """Save it; a name that somebody else took meanwhile is a form error."""
    try:
        with transaction.atomic():
            schedule.save()
    except IntegrityError:
        if not _is_taken(schedule):
            raise
        raise ValidationError({"name": _TAKEN}) from None


_TAKEN = "Another schedule has this name."


def _is_taken(schedule: Schedule) -> bool:
    same = Schedule.objects.filter(account_id=schedule.account_id, name=schedule.name, of_trigger=False)
    return same.exclude(pk=schedule.pk).exists()


def _check_name(schedule: Schedule, problems: defaultdict[str, list[str]]) -> None:
    if not schedule.name:
        problems["name"].append("This field is required; say in a few words what the schedule is for.")
    elif len(schedule.name) > 255:
        problems["name"].append("Must be at most 255 characters.")
    elif not schedule.of_trigger and _is_taken(schedule):
        problems["name"].append(_TAKEN)


def _check_timing(schedule: Schedule, problems: defaultdict[str, list[str]]) -> None:
    try:
        schedule.cron = checked_cron(schedule.cron)
    except CronError as error:
        problems["cron"].append(str(error))
    try:
        check_zone(schedule.zone)
    except ValidationError as error:
        problems["zone"].extend(error.messages)
    if schedule.starts_at and schedule.ends_at and schedule.starts_at >= schedule.ends_at:
        problems["ends_at"].append("It would end before it begins; choose a later end.")
    if schedule.misfire not in Schedule.Misfire.values:
        problems["misfire"].append(f"Must be one of {', '.join(Schedule.Misfire.values)}.")
    if not 0 <= schedule.grace_minutes <= MOST_GRACE:
        problems["grace_minutes"].append(f"Must lie between 0 and {MOST_GRACE} minutes, which is a week.")


def _check_deed(schedule: Schedule, problems: defaultdict[str, list[str]]) -> None:
    if schedule.workflow_id and schedule.event_name:
        problems["event_name"].append("It either starts a workflow or sends an event; name one of them.")
    elif schedule.workflow_id:
        if not Workflow.objects.filter(pk=schedule.workflow_id, account_id=schedule.account_id).exists():
            problems["workflow"].append("This account has no such workflow.")
    elif not schedule.event_name:
        problems["event_name"].append("Name the event to send, such as report.daily, or choose a workflow to start.")
    elif problem := name_problem(schedule.event_name):
        problems["event_name"].append(problem)
    elif len(schedule.event_name) > 255:
        problems["event_name"].append("Must be at most 255 characters.")
