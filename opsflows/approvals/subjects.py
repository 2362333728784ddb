"""What else follows from a decision, by what was decided about; the room that knows registers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from opsflows.approvals.models import ApprovalRequest
from opsflows.approvals.voice import Voice


@dataclass(frozen=True, slots=True)
class Follow:
    """`on_approved` is called before a request becomes approved and may raise: nothing is decided then. `on_closed` is
    called after it closed in any way, with who did it, if anybody. Both inside the deciding transaction."""

    on_approved: Callable[[ApprovalRequest, Voice | None, datetime], None]
    on_closed: Callable[[ApprovalRequest, Voice | None, datetime], None]


_follows: dict[str, Follow] = {}


def register_subject(
    subject: str,
    *,
    on_approved: Callable[[ApprovalRequest, Voice | None, datetime], None],
    on_closed: Callable[[ApprovalRequest, Voice | None, datetime], None],
) -> None:
    """Say what follows from decisions about `subject`."""
    _follows[subject] = Follow(on_approved, on_closed)


def follow_of(subject: str) -> Follow | None:
    """What follows; None where nothing does but waking the run."""
    return _follows.get(subject)
