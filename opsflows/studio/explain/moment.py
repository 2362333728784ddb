"""The moment as of which an event was judged: when routing asked who listens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opsflows.events.models import Event, RoutingFailure

#: The name under which runs take events (runs/consumers.py).
CONSUMER = "start_runs"


class How(StrEnum):
    """How far an event has come on its way to the workflows."""

    ROUTED = "routed"
    #: It was set aside first, and a person handed it over later.
    LATER = "later"
    SET_ASIDE = "set_aside"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Judged:
    """When the workflows were asked. `error` is what routing met with where the event is set aside."""

    at: datetime
    how: How
    error: str = ""

    @property
    def is_over(self) -> bool:
        """Whether they were asked at all; otherwise what is said is what would come of it now."""
        return self.how in (How.ROUTED, How.LATER)


def judged(event: Event, failures: Iterable[RoutingFailure], *, now: datetime) -> Judged:
    """When `event` was held against the conditions. `routed_at`: routing reads what is live, and the clock, then.

    Not when it came in: what was published between the two had its say already.
    """
    if event.routed_at is None:
        return Judged(now, How.WAITING)
    failure = next((each for each in failures if each.consumer == CONSUMER), None)
    if failure is None:
        return Judged(event.routed_at, How.ROUTED)
    if failure.resolved_at is None:
        return Judged(now, How.SET_ASIDE, failure.error)
    return Judged(failure.resolved_at, How.LATER)
