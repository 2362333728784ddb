"""What the mails say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from opsflows.approvals.deliver.results import NotNeeded
from opsflows.approvals.links.paper import Paper, chain_summary, details_of, inbox_url, one_line, paper_of
from opsflows.approvals.links.tokens import make_token
from opsflows.approvals.models import ApprovalDecision, ApprovalMessage, ApprovalRequest
from opsflows.approvals.reading.chain import chain_of
from opsflows.approvals.reading.money import money

Purpose, State = ApprovalMessage.Purpose, ApprovalRequest.State

_TITLE = 160
_ENDED = {
    State.APPROVED: ("Approved", "was approved", "#047857"),
    State.REJECTED: ("Rejected", "was rejected", "#b91c1c"),
    State.CHANGES_REQUESTED: ("Changes needed", "needs changes before it is decided", "#b45309"),
    State.EXPIRED: ("Not decided in time", "was not decided in time", "#4b5563"),
    State.RECALLED: ("Taken back", "was taken back", "#4b5563"),
    State.SUPERSEDED: ("Replaced", "was replaced by a newer request", "#4b5563"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is written: one line, the template's name, and what the template shows."""

    subject: str
    template: str
    context: Mapping[str, Any]


def task_letter(message: ApprovalMessage, *, now: datetime) -> Letter:
    """Asks, or reminds: with a new link, which nobody but the reader of this mail ever sees.

    The subject of a reminder is the first mail's, as an answer to it: programs hold threads together by that.
    """
    task = message.task
    if task is None:
        raise NotNeeded("The message is about no task.")
    paper = _shortened(paper_of(task))
    subject = f"Your approval: {_what(paper.title, paper.amount)}"
    is_reminder = message.purpose == Purpose.REMIND
    link = ""
    if not paper.needs_login:
        link = f"{settings.PUBLIC_URL}/decide/{make_token(task, now=now)}/"
    choices = [
        {"label": "Approve", "link": f"{link}?choice=approve", "color": "#047857"},
        {"label": "Reject", "link": f"{link}?choice=reject", "color": "#b91c1c"},
        {"label": "Ask for changes", "link": f"{link}?choice=changes", "color": "#4b5563"},
    ]
    context = {
        "paper": paper,
        "is_reminder": is_reminder,
        "is_overdue": paper.due_at is not None and paper.due_at < now,
        "link": link,
        "choices": choices if link else [],
        "inbox": paper.inbox_url if task.user_id or not link else "",
    }
    return Letter(f"Re: {subject}" if is_reminder else subject, "ask", context)


def outcome_letter(message: ApprovalMessage) -> Letter:
    """Tells who asked how it ended, who decided what and why, and what happens next."""
    request = message.request
    chain = chain_of(request)
    content = chain.present.content
    word, sentence, color = _ENDED[State(request.state)]
    decisions = [each.decision for level in chain.present.levels for each in level.tasks if each.decision]
    amount = money(request.amount, request.currency)
    context = {
        "word": word,
        "sentence": sentence,
        "color": color,
        "title": one_line(request.title),
        "amount": amount,
        "account": request.account.name,
        # Where somebody's comment is the reason, it stands below with their name.
        "reason": "" if request.reason in {row.comment for row in decisions} else request.reason.strip(),
        "details": details_of(content),
        "decisions": [_said(decision) for decision in sorted(decisions, key=lambda each: (each.at, each.pk))],
        "steps": chain_summary(chain),
        "what_next": _what_next(request, chain.what_next),
        "inbox": inbox_url(request) if request.requester_id else "",
    }
    return Letter(f"{word}: {_what(request.title, amount)}", "outcome", context)


def _shortened(paper: Paper) -> Paper:
    """Mail programs cut long mails off, links and all; the page shows everything."""
    return replace(
        paper,
        summary=_cut(paper.summary, 3000),
        details=[(_cut(label, 100), _cut(value, 300)) for label, value in paper.details[:40]],
        comments=[(author, _cut(text, 400), at) for author, text, at in paper.comments[-5:]],
        steps=[
            replace(step, comments=[(name, _cut(text, 400)) for name, text in step.comments]) for step in paper.steps
        ],
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _what(title: str, amount: str) -> str:
    title = _cut(one_line(title), _TITLE)
    return f"{title} ({amount})" if amount else title


def _said(decision: ApprovalDecision) -> Mapping[str, str]:
    verdicts = {"approve": "approved", "reject": "rejected", "changes": "asked for changes"}
    return {"name": decision.name, "verdict": verdicts[decision.verdict], "comment": decision.comment.strip()}


def _what_next(request: ApprovalRequest, otherwise: str) -> str:
    if request.state != State.CHANGES_REQUESTED:
        return otherwise
    if request.requester_id is None:
        return "Whoever may manage requests changes it; tell them what is different."
    return "Change the request and send it again. Everybody is then asked anew; what was said so far is kept."
