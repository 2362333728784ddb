"""A request as one person is shown it outside the inbox: in a mail, a chat, or behind a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from opsflows.approvals.announce import page_of
from opsflows.approvals.content import Content, content_from
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalTask
from opsflows.approvals.plan import read_plan
from opsflows.approvals.reading.chain import Chain, ChainLevel, ChainTask, chain_of
from opsflows.approvals.reading.money import money
from opsflows.jsontext import dump_json
from opsflows.rules.text import to_text

_LEVEL_SAYS = {
    "pending": "asked later",
    "approved": "approved",
    "rejected": "rejected",
    "expired": "not answered in time",
    "left_out": "not needed",
    "closed": "ended with the request",
}
_TASK_SAYS = {
    "approved": "approved",
    "rejected": "rejected",
    "changes_requested": "asked for changes",
    "skipped": "approved at an earlier level",
    "handed_on": "handed it on",
    "expired": "did not answer in time",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the chain: its name, a state for its colour, what is said of it, and comments on it."""

    name: str
    state: str
    text: str
    comments: Sequence[tuple[str, str]] = ()
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """Texts are ready to be read; `due` is a moment in the account's zone. Nothing in it is escaped."""

    title: str
    summary: str
    amount: str
    requester: str
    level: str
    why: str
    due: str
    due_at: datetime | None
    details: Sequence[tuple[str, str]]
    steps: Sequence[Step]
    comments: Sequence[tuple[str, str, datetime]]
    files: Sequence[str]
    round_number: int
    note: str
    what_next: str
    account: str
    inbox_url: str
    seen: str
    comment_required: bool
    needs_login: bool
    login_reason: str

    @property
    def so_far(self) -> str:
        """What was decided before, in one line."""
        return " · ".join(f"{step.name}: {step.text}" for step in self.steps if step.state in ("approved", "rejected"))


def paper_of(task: ApprovalTask) -> Paper:
    """What `task`'s person is shown of the round they are asked about."""
    request, plan = task.request, read_plan(task.request.plan)
    chain = chain_of(request)
    content = content_from(task.round.content)
    rounds = [each for each in chain.rounds if each.round.pk == task.round_id]
    levels = rounds[0].levels if rounds else []
    due_at = task.level.due_at
    return Paper(
        title=one_line(content.title),
        summary=content.summary.strip(),
        amount=money(content.amount, content.currency),
        requester=one_line(request.requester_name or request.requester_email),
        level=one_line(task.level.name),
        why=why_asked(task, [each for level in levels for each in level.tasks]),
        due=moment(due_at, task) if due_at else "",
        due_at=due_at,
        details=details_of(content),
        steps=[_step(level, task) for level in levels],
        comments=[(row.author, row.text, row.at) for row in chain.comments],
        files=[str(each.get("name", "")) for each in content.attachments],
        round_number=task.round.number,
        note=task.round.note.strip(),
        what_next=chain.what_next,
        account=task.account.name,
        inbox_url=inbox_url(request),
        seen=task.round.content_hash,
        comment_required=plan.commentOnReject,
        needs_login=plan.needs_login(request.amount),
        login_reason=_login_reason(request),
    )


def inbox_url(request: ApprovalRequest) -> str:
    """The request's page, for readers outside."""
    return f"{settings.PUBLIC_URL}{page_of(request)}"


def details_of(content: Content) -> list[tuple[str, str]]:
    """Labels and values as texts; those without a value fall away."""
    pairs = ((str(each.get("label", "")), _shown(each.get("value"))) for each in content.details)
    return [(label, value) for label, value in pairs if value]


def moment(at: datetime, task: ApprovalTask) -> str:
    """`Tuesday 3 March 2026, 14:05 (Europe/Berlin)`."""
    account = task.account
    there = at.astimezone(account.zone)
    return f"{there:%A} {there.day} {there:%B %Y, %H:%M} ({account.timezone})"


def one_line(text: str) -> str:
    """Without line breaks and whatever else is no sign to be read."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def why_asked(task: ApprovalTask, others: Sequence[ChainTask]) -> str:
    """Why it is this person, in a sentence."""
    before = next((each.task.name for each in others if each.task.pk == task.came_of_id), "")
    absent = task.on_behalf_of
    person = before or (absent.get_full_name() or absent.username if absent else "")
    match task.why:
        case ApprovalTask.Why.DELEGATED:
            return f"You stand in for {person or 'somebody'}, who is away."
        case ApprovalTask.Why.REASSIGNED:
            return f"{person or 'Somebody'} was asked first, and it was handed on to you."
        case ApprovalTask.Why.ESCALATED:
            return "Those who were asked first did not answer in time, so you are asked."
        case ApprovalTask.Why.FALLBACK:
            return "Somebody who should be asked here cannot be, so you are."
    return f"You are asked at the level “{one_line(task.level.name)}”."


def chain_summary(chain: Chain) -> list[Step]:
    """The present round's levels, for whoever asked."""
    return [_step(level, None) for level in chain.present.levels]


def _step(each: ChainLevel, task: ApprovalTask | None) -> Step:
    level = each.level
    spoken = [one for one in each.tasks if one.task.state in _TASK_SAYS]
    said = [f"{one.task.name} {_TASK_SAYS[one.task.state]}" for one in spoken]
    if level.state == ApprovalLevel.State.OPEN:
        waiting = [one.task.name for one in each.tasks if one.task.state == ApprovalTask.State.OPEN]
        said += [f"waits for {_listed(waiting)}"] if waiting else []
        if level.need > 1 and len(each.tasks) > level.need:
            said.append(f"{each.approved} of {level.need} have approved")
    text = ", ".join(said) or level.reason or _LEVEL_SAYS.get(level.state, "")
    comments = [
        (one.decision.name, one.decision.comment) for one in each.tasks if one.decision and one.decision.comment
    ]
    return Step(
        one_line(level.name), level.state, text, comments, is_here=task is not None and level.pk == task.level_id
    )


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) < 5 else f"{', '.join(names[:3])} and others"


def _shown(value: object) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return dump_json(value) if isinstance(value, dict | list) else to_text(value)


def _login_reason(request: ApprovalRequest) -> str:
    plan = read_plan(request.plan)
    if plan.loginAlways:
        return "Decisions about this need you to sign in: a link alone does not say who you are."
    limit = money(plan.loginAbove, request.currency)
    return f"Above {limit}, a decision needs you to sign in: a link alone does not say who you are."
