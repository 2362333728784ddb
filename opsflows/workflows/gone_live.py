"""Whoever must follow at once when a version goes live registers here; publishing knows none by name."""

from collections.abc import Callable
from datetime import datetime

from opsflows.workflows.models import Workflow

#: Called inside publishing's transaction, with the workflow locked and its new version in place.
Follow = Callable[[Workflow, datetime], None]

_followers: list[Follow] = []


def when_live(follow: Follow) -> Follow:
    """Decorator: call `follow` after every version that goes live."""
    _followers.append(follow)
    return follow


def tell_live(workflow: Workflow, now: datetime) -> None:
    """Let everybody follow."""
    for follow in _followers:
        follow(workflow, now)
