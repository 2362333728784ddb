"""People who cannot answer: what waits for them goes to others."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from opsflows.accounts.models import Membership
from opsflows.approvals.announce import announce
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.hold import hold_request
from opsflows.approvals.levels.close import close_request
from opsflows.approvals.levels.due import keep_due
from opsflows.approvals.levels.stages import go_on
from opsflows.approvals.models import ApprovalRequest, ApprovalTask, Delegation
from opsflows.approvals.people.find import MAY_APPROVE, Asked, Finder
from opsflows.approvals.people.person import Person
from opsflows.approvals.people.voices import Voices, voices_of
from opsflows.approvals.plan import read_plan
from opsflows.approvals.reassign import hand_on

State, Why = ApprovalTask.State, ApprovalTask.Why


def begin_absence(delegation_id: uuid.UUID, *, now: datetime) -> int:
    """Hand over what waits for somebody whose absence has begun; how many tasks. Each in a transaction of its own."""
    row = Delegation.objects.filter(pk=delegation_id, begun_at=None, revoked_at=None).first()
    if row is None:
        return 0
    count = 0
    if row.ends_at > now:
        tasks = ApprovalTask.objects.filter(account=row.account_id, user=row.person_id, state=State.OPEN)
        for task_id, request_id in list(tasks.order_by("id").values_list("id", "request_id")):
            count += _to_stand_in(row.account_id, request_id, task_id, now)
    Delegation.objects.filter(pk=row.pk, begun_at=None).update(begun_at=now)
    return count


def tasks_of_the_departed(*, now: datetime) -> QuerySet[ApprovalTask]:
    """Open tasks of people who are no active members any more, or who may no longer decide about what is asked."""
    member = Membership.objects.filter(account=OuterRef("account"), user=OuterRef("user"), user__is_active=True)
    rows = ApprovalTask.objects.filter(state=State.OPEN, user__isnull=False)
    of_publications = Q(request__subject=ApprovalRequest.Subject.PUBLICATION)
    return rows.filter(~Exists(member) | (of_publications & ~Exists(member.filter(role__in=MAY_APPROVE))))


def replace_departed(task_id: uuid.UUID, *, now: datetime) -> None:
    """Ask somebody else in the place of one who left: whom the level escalates to, or an administrator."""
    with transaction.atomic():
        task = ApprovalTask.objects.select_related("level", "user").get(pk=task_id)
        request = hold_request(account_id=task.account_id, request_id=task.request_id)
        task = ApprovalTask.objects.select_related("level", "round", "user").get(pk=task_id)
        if task.state != State.OPEN or request.state != ApprovalRequest.State.WAITING:
            return
        plan = read_plan(request.plan)
        finder = Finder(request, needs_login=plan.needs_login(request.amount), now=now)
        taken = _voices(task)
        others = [each for each in finder.find(task.level.escalate_to).asked if each.person not in taken]
        others += finder.administrators(without=taken)
        if others:
            other = Asked(others[0].person, Why.FALLBACK, task.user)
            hand_on(request, task, other, note=f"{task.name} is no active member any more.", kind="replaced", now=now)
        else:
            _leave_out(request, task, now=now)
            # Whoever is left may have said enough already.
            go_on(request, now=now)
        if request.is_open:
            keep_due(request)


def _to_stand_in(account_id: uuid.UUID, request_id: uuid.UUID, task_id: uuid.UUID, now: datetime) -> int:
    with transaction.atomic():
        request = hold_request(account_id=account_id, request_id=request_id)
        task = ApprovalTask.objects.select_related("level", "round", "user").get(pk=task_id)
        if task.state != State.OPEN or request.state != ApprovalRequest.State.WAITING or task.user is None:
            return 0
        finder = Finder(request, needs_login=read_plan(request.plan).needs_login(request.amount), now=now)
        other = finder.stand_in_of(Person(task.name, task.user, task.email))
        if other is None or other in _voices(task):
            note_fact(request, "stays", {"task": str(task.pk), "person": task.name}, now=now)
            return 0
        asked = Asked(other, Why.DELEGATED, task.user)
        new = hand_on(request, task, asked, note=f"{task.name} is away.", kind="delegated", now=now)
        announce("delegated", request, task=new, level=new.level, now=now)
        keep_due(request)
    return 1


def _voices(task: ApprovalTask) -> Voices:
    """Who has a voice at the task's level already, or had one."""
    rows = ApprovalTask.objects.filter(level=task.level).exclude(state__in=[State.HANDED_ON, State.EXPIRED])
    return voices_of(rows.select_related("user"))


def _leave_out(request: ApprovalRequest, task: ApprovalTask, *, now: datetime) -> None:
    """Nobody can take it over. While the others suffice they decide; otherwise nobody ever could."""
    task.state, task.closed_at = State.EXPIRED, now
    task.save(update_fields=["state", "closed_at"])
    note_fact(request, "left_out", {"task": str(task.pk), "person": task.name}, now=now)
    states = list(ApprovalTask.objects.filter(level=task.level).values_list("state", flat=True))
    possible = sum(state in (State.APPROVED, State.SKIPPED, State.OPEN) for state in states)
    if possible < task.level.need and State.REJECTED in states:
        close_request(request, ApprovalRequest.State.REJECTED, now=now)
    elif possible < task.level.need:
        reason = f"{task.name} is no active member any more, and nobody else can decide at “{task.level.name}”."
        close_request(request, ApprovalRequest.State.EXPIRED, reason=reason, now=now)
