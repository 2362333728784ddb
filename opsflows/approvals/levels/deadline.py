"""What happens at a level's deadline, and when it is time to remind."""

from opsflows.approvals.announce import announce
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.levels.close import close_request
from opsflows.approvals.levels.open_level import new_task, set_times, task_fact
from opsflows.approvals.levels.stages import close_level
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalTask
from opsflows.approvals.people.find import Finder
from opsflows.approvals.people.voices import voices_of
from opsflows.approvals.plan import Plan, PlanLevel
from opsflows.approvals.tell import Purpose, tell_asked, tell_settled
from opsflows.rules import Clock

State, Why = ApprovalTask.State, ApprovalTask.Why

#: Reminders for one level; who did not answer to so many does not answer to more.
MAX_REMINDERS = 20


def meet_deadline(request: ApprovalRequest, level: ApprovalLevel, plan: Plan, clock: Clock) -> None:
    """The level's time is over: what the plan says happens. The caller holds the request, and goes on behind it."""
    now, spec = clock.now, plan.levels[level.position]
    enough = _approved(level) >= level.need and not _is_refused(level, spec)
    if enough:
        # Everybody's answer was waited for; those that came are enough.
        close_level(request, level, ApprovalLevel.State.APPROVED, leaves=State.EXPIRED, now=now)
        return
    if _is_lost(level, spec):
        # Those who said no are not overruled by those who said nothing.
        close_level(request, level, ApprovalLevel.State.REJECTED, leaves=State.EXPIRED, now=now)
        return
    if spec.onTimeout == "escalate" and not level.escalated and _escalate(request, level, plan, spec, clock):
        return
    outcome = spec.onTimeout if spec.onTimeout != "escalate" else "expire"
    reason = f"Nobody decided at “{level.name}” in time."
    note_fact(request, "deadline", {"level": level.position, "name": level.name, "outcome": outcome}, now=now)
    if outcome == "approve":
        said = f"{reason} The policy says that this approves it."
        close_level(request, level, ApprovalLevel.State.APPROVED, reason=said, leaves=State.EXPIRED, now=now)
    else:
        ended = ApprovalRequest.State.REJECTED if outcome == "reject" else ApprovalRequest.State.EXPIRED
        became = ApprovalLevel.State.REJECTED if outcome == "reject" else ApprovalLevel.State.EXPIRED
        said = f"{reason} The policy says that this rejects it." if outcome == "reject" else reason
        close_level(request, level, became, reason=said, leaves=State.EXPIRED, now=now)
        close_request(request, ended, reason=said, now=now)


def remind(request: ApprovalRequest, level: ApprovalLevel, plan: Plan, clock: Clock) -> None:
    """Ask once more whoever has not answered yet."""
    spec = plan.levels[level.position]
    tasks = list(_open_tasks(level))
    level.reminders += 1
    due_at = level.due_at
    set_times(level, spec, clock, [])
    level.due_at = due_at
    if level.reminders >= MAX_REMINDERS:
        level.remind_at = None
    level.save()
    detail = {"level": level.position, "number": level.reminders, "people": [task.name for task in tasks]}
    note_fact(request, "reminded", detail, now=clock.now)
    tell_asked(request, tasks, purpose=Purpose.REMIND, number=level.reminders, now=clock.now)
    for task in tasks:
        announce("reminded", request, task=task, level=level, now=clock.now)


def _escalate(request: ApprovalRequest, level: ApprovalLevel, plan: Plan, spec: PlanLevel, clock: Clock) -> bool:
    """Ask those whom the level escalates to, for as long again; False where there is nobody new to ask."""
    now = clock.now
    finder = Finder(request, needs_login=plan.needs_login(request.amount), now=now)
    voices = ApprovalTask.objects.filter(level=level, decision__isnull=False).select_related("user")
    spoken = voices_of(voices)
    asked = [each for each in finder.find(level.escalate_to, why=Why.ESCALATED).asked if each.person not in spoken]
    asked = asked or finder.administrators(without=spoken)
    if not asked:
        return False
    late = list(_open_tasks(level))
    ApprovalTask.objects.filter(pk__in=[task.pk for task in late]).update(state=State.EXPIRED, closed_at=now)
    tasks = [new_task(request, level.round, level, each, now=now) for each in asked]
    ApprovalTask.objects.bulk_create(tasks)
    # Whoever decides in the place of those who did not answer, decides for all of them that they can.
    approved = _approved(level)
    level.need = approved + max(1, min(level.need - approved, len(tasks)))
    level.escalated, level.reminders = True, 0
    notes: list[str] = []
    set_times(level, spec, clock, notes)
    level.save()
    detail = {
        "level": level.position,
        "need": level.need,
        "late": [str(task.pk) for task in late],
        "asked": [task_fact(task) for task in tasks],
        "due": level.due_at.isoformat() if level.due_at else None,
        "notes": notes,
    }
    note_fact(request, "escalated", detail, now=now)
    tell_settled(request, late, now=now)
    tell_asked(request, tasks, now=now)
    for task in tasks:
        announce("escalated", request, task=task, level=level, now=now)
    return True


def _open_tasks(level: ApprovalLevel) -> list[ApprovalTask]:
    rows = ApprovalTask.objects.filter(level=level, state=State.OPEN).select_related("user")
    return list(rows.order_by("id"))


def _approved(level: ApprovalLevel) -> int:
    return ApprovalTask.objects.filter(level=level, state__in=[State.APPROVED, State.SKIPPED]).count()


def _is_lost(level: ApprovalLevel, spec: PlanLevel) -> bool:
    """Whether somebody said no, and all who are still silent could not make up for it."""
    rows = ApprovalTask.objects.filter(level=level)
    if not rows.filter(state=State.REJECTED).exists():
        return False
    possible = rows.filter(state__in=[State.APPROVED, State.SKIPPED, State.OPEN]).count()
    return spec.needs is None or possible < level.need


def _is_refused(level: ApprovalLevel, spec: PlanLevel) -> bool:
    return spec.needs is None and ApprovalTask.objects.filter(level=level, state=State.REJECTED).exists()
