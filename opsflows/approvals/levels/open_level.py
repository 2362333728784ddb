"""Ask the people of one level."""

from datetime import datetime

from opsflows.approvals.announce import announce
from opsflows.approvals.errors import NobodyToAsk
from opsflows.approvals.evidence.facts import note_fact
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalRound, ApprovalTask
from opsflows.approvals.people.find import Asked, Finder
from opsflows.approvals.people.voices import Voices, voices_of
from opsflows.approvals.plan import Plan, PlanLevel
from opsflows.approvals.tell import tell_asked
from opsflows.rules import Clock, RuleError, after_duration

State, Why = ApprovalTask.State, ApprovalTask.Why


def open_level(
    request: ApprovalRequest, round_: ApprovalRound, level: ApprovalLevel, *, plan: Plan, clock: Clock
) -> None:
    """Ask everybody at `level`. Who approved before is not asked again, where the plan says so.

    Raises:
        NobodyToAsk: there are fewer people than have to approve.
    """
    now, spec = clock.now, plan.levels[level.position]
    finder = Finder(request, needs_login=plan.needs_login(request.amount), now=now)
    asked, need, notes = whom_to_ask(finder, level.approvers, level.escalate_to, spec)
    before = _approved_before(round_) if plan.skipRepeated else Voices()
    tasks = [
        new_task(request, round_, level, each, state=State.SKIPPED if each.person in before else State.OPEN, now=now)
        for each in asked
    ]
    ApprovalTask.objects.bulk_create(tasks)
    level.state, level.need, level.opened_at = ApprovalLevel.State.OPEN, need, now
    set_times(level, spec, clock, notes)
    level.save()
    detail = {
        "level": level.position,
        "name": level.name,
        "need": need,
        "due": level.due_at.isoformat() if level.due_at else None,
        "asked": [task_fact(task) for task in tasks],
        "notes": notes,
    }
    note_fact(request, "level_opened", detail, now=now)
    waiting = [task for task in tasks if task.state == State.OPEN]
    tell_asked(request, waiting, now=now)
    for task in waiting:
        announce("requested", request, task=task, level=level, now=now)


def whom_to_ask(
    finder: Finder, approvers: list[str], escalate_to: list[str], spec: PlanLevel
) -> tuple[list[Asked], int, list[str]]:
    """Who is asked, how many of them have to approve, and what is to be said about it.

    Where a name stands for nobody who can be asked, those the level escalates to come in, and then administrators: a
    rule that asks too few people would be weaker than it was meant, and one that asks nobody would never end.

    Raises:
        NobodyToAsk: even so there are too few.
    """
    found = finder.find(approvers)
    asked, notes = found.asked, found.notes
    need = spec.needs if spec.needs is not None else max(1, len(asked) + found.missing)
    if len(asked) < need:
        taken = Voices(each.person for each in asked)
        others = [each for each in finder.find(escalate_to, why=Why.FALLBACK).asked if each.person not in taken]
        if len(asked) + len(others) < need:
            for each in others:
                taken.add(each.person)
            others += finder.administrators(without=taken)
        if spec.needs is None:
            others = others[: need - len(asked)]
        notes += [f"{each.person.name} is asked because somebody who was named cannot be." for each in others]
        asked = [*asked, *others]
    if len(asked) < need:
        people = "1 person has" if need == 1 else f"{need} people have"
        raise NobodyToAsk(
            f"At the level “{spec.name or 'Approval'}” {people} to approve, and {len(asked)} can be asked. "
            + " ".join(dict.fromkeys(notes))
        )
    return asked, need, notes


def new_task(
    request: ApprovalRequest,
    round_: ApprovalRound,
    level: ApprovalLevel,
    asked: Asked,
    *,
    state: ApprovalTask.State = State.OPEN,
    came_of: ApprovalTask | None = None,
    now: datetime,
) -> ApprovalTask:
    """A task for one person, not yet saved."""
    return ApprovalTask(
        account_id=request.account_id,
        request=request,
        round=round_,
        level=level,
        user=asked.person.user,
        email=asked.person.email,
        name=asked.person.name,
        why=asked.why,
        on_behalf_of=asked.on_behalf_of,
        came_of=came_of,
        state=state,
        asked_at=now,
        closed_at=None if state == State.OPEN else now,
    )


def task_fact(task: ApprovalTask) -> dict[str, str | None]:
    """A task as facts tell of it."""
    return {
        "task": str(task.pk),
        "person": task.name,
        "user": str(task.user_id) if task.user_id else None,
        "email": task.email,
        "why": task.why,
        "for": str(task.on_behalf_of_id) if task.on_behalf_of_id else None,
        "state": task.state,
    }


def set_times(level: ApprovalLevel, spec: PlanLevel, clock: Clock, notes: list[str]) -> None:
    """Until when the level waits, and when it reminds; by the account's calendar where the plan says business time."""
    level.due_at, level.remind_at = _after(spec.timeout, clock, notes), _after(spec.remindEvery, clock, notes)


def _after(duration: str, clock: Clock, notes: list[str]) -> datetime | None:
    try:
        return after_duration(duration, clock) if duration else None
    except RuleError as error:
        # A calendar that is never open: people can still answer.
        notes.append(f"No moment could be found for {duration!r}: {error}")
        return None


def _approved_before(round_: ApprovalRound) -> Voices:
    rows = ApprovalTask.objects.filter(round=round_, state__in=[State.APPROVED, State.SKIPPED])
    return voices_of(rows.select_related("user"))
