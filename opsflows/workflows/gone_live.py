"""Whoever must follow at once when a version goes live, or goes off, or its workflow gets another name, registers here;
the verbs know none by name."""

from collections.abc import Callable
from datetime import datetime

from opsflows.workflows.models import Workflow

#: Called inside the transaction of whoever publishes or switches, with the workflow locked and as it is now.
Follow = Callable[[Workflow, datetime], None]

_followers: list[Follow] = []
_off_followers: list[Follow] = []
_name_followers: list[Callable[[Workflow], None]] = []


def when_live(follow: Follow) -> Follow:
    """Decorator: call `follow` after every version that goes live."""
    _followers.append(follow)
    return follow


def when_live_first(follow: Follow) -> Follow:
    """Decorator: as `when_live`, and before all of those: `follow` locks what somebody holds who starts runs, and locks
    are taken in one order."""
    _followers.insert(0, follow)
    return follow


def when_off(follow: Follow) -> Follow:
    """Decorator: call `follow` after a workflow was paused, or deleted: then it has a `deleted_at`."""
    _off_followers.append(follow)
    return follow


def when_renamed(follow: Callable[[Workflow], None]) -> Callable[[Workflow], None]:
    """Decorator: call `follow` with a workflow that gets another name, which it has already in memory."""
    _name_followers.append(follow)
    return follow


def tell_live(workflow: Workflow, now: datetime) -> None:
    """Let everybody follow."""
    for follow in _followers:
        follow(workflow, now)


def tell_off(workflow: Workflow, now: datetime) -> None:
    """Let everybody follow."""
    for follow in _off_followers:
        follow(workflow, now)


def tell_renamed(workflow: Workflow) -> None:
    """Let everybody follow. Before anything else is locked but the workflow: locks are taken in one order."""
    for follow in _name_followers:
        follow(workflow)
