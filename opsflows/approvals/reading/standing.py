"""What stands, in a sentence: for whoever comes too late, through whichever door."""

from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask

State = ApprovalRequest.State

_REQUEST = {
    State.APPROVED: "This request is approved.",
    State.REJECTED: "This request is rejected.",
    State.CHANGES_REQUESTED: "Changes were asked for; whoever asks makes them before anybody decides again.",
    State.EXPIRED: "The time for this request is over; it is closed.",
    State.RECALLED: "This request was recalled by whoever asked.",
    State.SUPERSEDED: "This request was replaced by a newer one.",
}
_VERDICT = {"approve": "approved", "reject": "rejected", "changes": "asked for changes"}


def what_stands(request: ApprovalRequest, task: ApprovalTask | None = None) -> str:
    """How the request stands, and how this task of it ended."""
    parts = []
    if task is not None and task.state != ApprovalTask.State.OPEN:
        parts.append(_task(request, task))
    if not request.is_open or request.state != State.WAITING:
        parts.append(_REQUEST[State(request.state)])
    return " ".join(part for part in parts if part) or "This request still waits."


def _task(request: ApprovalRequest, task: ApprovalTask) -> str:
    decision = ApprovalDecision.objects.filter(task=task).first()
    if decision is not None:
        return f"{decision.name} {_VERDICT[decision.verdict]} this before."
    if task.round.number < request.round_number:
        return "The request has changed since; those who are asked now were written to again."
    if task.state == ApprovalTask.State.HANDED_ON:
        other = ApprovalTask.objects.filter(came_of=task).values_list("name", flat=True).first()
        return f"This was handed on to {other}." if other else "This was handed on."
    if task.state == ApprovalTask.State.EXPIRED:
        return "The time to answer is over."
    if task.state == ApprovalTask.State.SKIPPED:
        return f"{task.name} approved at an earlier level."
    return "Your answer is no longer needed." if request.is_open else ""
