"""How requests, levels, tasks and messages stand, by word, icon and colour; and decisions in words."""

from django.db.models import QuerySet

from opsflows.admin_site.deeds import door_in_words
from opsflows.admin_site.markup import Look
from opsflows.approvals.models import ApprovalDecision, ApprovalLevel, ApprovalMessage, ApprovalRequest, ApprovalTask

_STATES = ApprovalRequest.State
REQUESTS = {
    _STATES.WAITING: Look("Waiting", "waiting", "hourglass_top"),
    _STATES.CHANGES_REQUESTED: Look("Changes requested", "attention", "edit_note"),
    _STATES.APPROVED: Look("Approved", "done", "check_circle"),
    _STATES.REJECTED: Look("Rejected", "failed", "cancel"),
    _STATES.EXPIRED: Look("Expired", "failed", "timer_off"),
    _STATES.RECALLED: Look("Recalled", "off", "undo"),
    _STATES.SUPERSEDED: Look("Superseded", "off", "update"),
}
_LEVELS = ApprovalLevel.State
LEVELS = {
    _LEVELS.PENDING: Look("Not yet asked", "off", "schedule"),
    _LEVELS.OPEN: Look("Waiting", "waiting", "hourglass_top"),
    _LEVELS.APPROVED: Look("Approved", "done", "check_circle"),
    _LEVELS.REJECTED: Look("Rejected", "failed", "cancel"),
    _LEVELS.EXPIRED: Look("Expired", "failed", "timer_off"),
    _LEVELS.LEFT_OUT: Look("Not needed", "off", "remove_circle"),
    _LEVELS.CLOSED: Look("Ended undecided", "off", "block"),
}
_TASKS = ApprovalTask.State
TASKS = {
    _TASKS.OPEN: Look("Waiting", "waiting", "hourglass_top"),
    _TASKS.APPROVED: Look("Approved", "done", "check_circle"),
    _TASKS.REJECTED: Look("Rejected", "failed", "cancel"),
    _TASKS.CHANGES_REQUESTED: Look("Asked for changes", "attention", "edit_note"),
    _TASKS.SKIPPED: Look("Approved before", "done", "done_all"),
    _TASKS.HANDED_ON: Look("Handed on", "off", "forward"),
    _TASKS.EXPIRED: Look("Not answered in time", "failed", "timer_off"),
    _TASKS.CLOSED: Look("No longer needed", "off", "block"),
}
_MESSAGES = ApprovalMessage.Status
MESSAGES = {
    _MESSAGES.QUEUED: Look("To be sent", "waiting", "schedule_send"),
    _MESSAGES.SENT: Look("Sent", "done", "check_circle"),
    _MESSAGES.DROPPED: Look("No longer needed", "off", "block"),
    _MESSAGES.FAILED: Look("Refused", "failed", "error"),
}


def request_look(request: ApprovalRequest) -> Look:
    """How a request stands."""
    return REQUESTS[_STATES(request.state)]


def how_decided(decision: ApprovalDecision) -> str:
    """Through which door a decision came, and how it was known who it was."""
    identity = decision.get_identity_display()
    door = door_through(decision.door)
    # A link and a chat's button are door and identity in one.
    return identity if decision.door in ("link", "slack") else f"{identity}, through {door}"


def door_through(door: str) -> str:
    """A door in words."""
    return "the inbox" if door == "page" else door_in_words(door)


def under_way(rows: QuerySet) -> QuerySet:
    """Those of `rows` about which somebody still has to do something."""
    return rows.filter(closed_at=None, state__in=[_STATES.WAITING, _STATES.CHANGES_REQUESTED])
