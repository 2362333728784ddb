"""Whatever falls due without anybody's doing: deadlines, reminders, absences that begin, people who left."""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from opsflows.accounts.calendars import account_clock
from opsflows.approvals.hold import hold_request
from opsflows.approvals.levels.close import close_request
from opsflows.approvals.levels.deadline import meet_deadline, remind
from opsflows.approvals.levels.stages import go_on
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, Delegation
from opsflows.approvals.people.absences import begin_absence, replace_departed, tasks_of_the_departed
from opsflows.approvals.plan import read_plan

logger = logging.getLogger(__name__)

#: Requests, absences and departed people looked at in one piece.
MOST = 100
#: After which one that failed is tried again, behind the others.
_AGAIN = timedelta(minutes=10)


def sweep(*, now: datetime, most: int = MOST) -> int:
    """Do what is due, the longest overdue first, each in a transaction of its own; how much was done.

    One that fails is noted in the log and left for the next time; it does not hold up the others.
    """
    done = 0
    begun = Delegation.objects.filter(starts_at__lte=now, begun_at=None, revoked_at=None)
    for delegation_id in list(begun.order_by("starts_at").values_list("id", flat=True)[:most]):
        done += _safely(begin_absence, delegation_id, now)
    for task_id in list(tasks_of_the_departed(now=now).values_list("id", flat=True)[:most]):
        done += _safely(replace_departed, task_id, now)
    due = ApprovalRequest.objects.filter(next_at__lte=now).order_by("next_at")
    for account_id, request_id in list(due.values_list("account_id", "id")[:most]):
        try:
            sweep_request(account_id=account_id, request_id=request_id, now=now)
            done += 1
        except Exception:
            logger.exception("The approval request %s could not be swept.", request_id)
            ApprovalRequest.objects.filter(pk=request_id, closed_at=None).update(next_at=now + _AGAIN)
    return done


def sweep_request(*, account_id: uuid.UUID, request_id: uuid.UUID, now: datetime) -> None:
    """What is due about one request. Nothing where it was done meanwhile."""
    with transaction.atomic():
        request = hold_request(account_id=account_id, request_id=request_id)
        if not request.is_open or request.next_at is None or request.next_at > now:
            return
        if request.state == ApprovalRequest.State.CHANGES_REQUESTED:
            reason = "Changes were asked for, and they were not made in time."
            close_request(request, ApprovalRequest.State.EXPIRED, reason=reason, now=now)
            return
        plan, clock = read_plan(request.plan), account_clock(request.account, now=now)
        levels = ApprovalLevel.objects.filter(
            round__request=request, round__number=request.round_number, state=ApprovalLevel.State.OPEN
        )
        for level in levels.select_related("round").order_by("position"):
            if request.state != ApprovalRequest.State.WAITING:
                return
            if level.due_at is not None and level.due_at <= now:
                meet_deadline(request, level, plan, clock)
            elif level.remind_at is not None and level.remind_at <= now:
                remind(request, level, plan, clock)
        if request.is_open:
            go_on(request, now=now)


def _safely(act: object, row_id: uuid.UUID, now: datetime) -> int:
    try:
        act(row_id, now=now)  # type: ignore[operator]
    except Exception:
        logger.exception("An approval's person %s could not be replaced.", row_id)
        return 0
    return 1
