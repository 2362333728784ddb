"""How a backtest stands: what it says itself, and whether the job behind it is still alive."""

from dataclasses import dataclass
from datetime import datetime

from opsflows.queue.models import Job
from opsflows.studio.models import Backtest

_GONE = "It was left behind by its job. Start it anew."


@dataclass(frozen=True, slots=True)
class Standing:
    """The state as it shows, and why it broke off where it did."""

    state: Backtest.State
    error: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in Backtest.OPEN


def standing_of(backtest: Backtest) -> Standing:
    """One query where it is not over. Nothing is written: a page that asks changes nothing."""
    state = Backtest.State(backtest.state)
    if state not in Backtest.OPEN:
        return Standing(state, backtest.error)
    job = Job.objects.filter(pk=backtest.job_id).first() if backtest.job_id else None
    if job is None or job.status == Job.Status.COMPLETED:
        return Standing(Backtest.State.FAILED, _GONE)
    if job.status == Job.Status.FAILED:
        return Standing(Backtest.State.FAILED, job.error_message or _GONE)
    # Upkeep's page can stop any job.
    return Standing(Backtest.State.CANCELLED) if job.status == Job.Status.CANCELLED else Standing(state)


def settle(backtest: Backtest, *, now: datetime) -> bool:
    """End a backtest, locked by the caller, whose job will not go on; whether it is over."""
    standing = standing_of(backtest)
    if standing.is_open:
        return False
    if backtest.state in Backtest.OPEN:
        backtest.state, backtest.error, backtest.ended_at = standing.state, standing.error, now
        backtest.save(update_fields=["state", "error", "ended_at"])
    return True
