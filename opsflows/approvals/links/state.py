"""How a task stands for whoever was asked: the question is open, a login is needed, or what happened instead."""

from dataclasses import dataclass
from datetime import datetime

from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask, ApprovalToken
from opsflows.approvals.plan import read_plan
from opsflows.approvals.reading.standing import what_stands

State, Task = ApprovalRequest.State, ApprovalTask.State
Verdict = ApprovalDecision.Verdict

_SAID = {
    Verdict.APPROVE: "approved this",
    Verdict.REJECT: "rejected this",
    Verdict.CHANGES: "asked for changes",
}
_DOORS = {
    "link": "by the link in a mail",
    "slack": "by a button in Slack",
    "page": "in the inbox",
    "admin": "in the admin",
    "api": "through the API",
}


@dataclass(frozen=True, slots=True)
class LinkState:
    """`kind` names the page; `look` is a state whose colour and icon it has.

    `decision` is the one that stands in the way, `is_own` whether it was made for this very task.
    """

    kind: str
    look: str
    title: str
    text: str = ""
    decision: ApprovalDecision | None = None
    is_own: bool = False

    @property
    def can_decide(self) -> bool:
        """Whether the question is shown, with its buttons."""
        return self.kind == "open"

    @property
    def door(self) -> str:
        """Through which door the decision came, in words."""
        return _DOORS.get(self.decision.door, "") if self.decision else ""


def link_state(token: ApprovalToken, *, now: datetime) -> LinkState:
    """Where a mailed link leads at this moment. Reads, and changes nothing."""
    if over := task_over(token.task):
        return over
    if token.used_at is not None or token.expires_at <= now:
        text = "Links in mails do not last for ever. The request itself still waits, in your inbox."
        return LinkState("too_old", "expired", "This link is too old", text)
    request = token.task.request
    if read_plan(request.plan).needs_login(request.amount):
        return LinkState("login", "waiting", "Sign in to decide this")
    return LinkState("open", "waiting", "Waits for your decision")


def task_over(task: ApprovalTask) -> LinkState | None:
    """What became of the task; None while it waits for its person."""
    request = task.request
    own = ApprovalDecision.objects.filter(task=task).first()
    if own is not None:
        title = f"{own.name} {_SAID[Verdict(own.verdict)]}"
        return LinkState("decided", task.state, title, decision=own, is_own=True)
    if task.state == Task.HANDED_ON:
        return _handed_on(task)
    if request.state == State.RECALLED:
        return LinkState("recalled", "recalled", "This was taken back", request.reason)
    if request.state == State.SUPERSEDED or task.round.number < request.round_number:
        return _superseded(request)
    if task.state == Task.EXPIRED or request.state == State.EXPIRED:
        text = "Nobody's answer counts any more for this request."
        if request.is_open:
            text = "The request goes on without this answer, as its policy says."
        return LinkState("expired", "expired", "The time to answer is over", request.reason or text)
    if task.state == Task.SKIPPED:
        return LinkState("decided", "approved", "Approved before", what_stands(request, task))
    if task.state != Task.OPEN or request.state != State.WAITING:
        return _others(request, task)
    return None


def _handed_on(task: ApprovalTask) -> LinkState:
    other = ApprovalTask.objects.filter(came_of=task).order_by("id").first()
    if other is None:
        return LinkState("handed_on", "handed_on", "This was handed on", "Somebody else was asked instead.")
    if other.why == ApprovalTask.Why.DELEGATED:
        text = f"{other.name} stands in for {task.name} and was written to. There is nothing to do for you here."
    else:
        text = f"{other.name} was written to and is asked now. There is nothing to do for you here."
    return LinkState("handed_on", "handed_on", f"Handed on to {other.name}", text)


def _superseded(request: ApprovalRequest) -> LinkState:
    if request.state == State.SUPERSEDED:
        return LinkState("superseded", "superseded", "A newer request took its place", request.reason)
    text = (
        "This link was for how it stood before. Whoever is asked about the changed request was written to again: look "
        "for the newer mail, or in your inbox."
    )
    return LinkState("superseded", "superseded", "The request has changed since", text)


def _others(request: ApprovalRequest, task: ApprovalTask) -> LinkState:
    """Somebody else's word ended it."""
    rows = ApprovalDecision.objects.filter(task__round=task.round_id).select_related("task").order_by("-at", "-id")
    of_level = [row for row in rows if row.task.level_id == task.level_id]
    decision = next(iter(of_level or rows), None)
    if request.state == State.CHANGES_REQUESTED:
        text = f"{request.requester_name or 'Whoever asks'} changes the request now; then you may be asked again."
        return LinkState("decided", request.state, "Changes are asked for", text, decision)
    title = "Already decided" if decision is None else f"{decision.name} {_SAID[Verdict(decision.verdict)]}"
    text = "Your answer is not needed any more."
    return LinkState("decided", request.state if not request.is_open else "approved", title, text, decision)
