"""Outside calls: made in threads, with no ORM; whatever happens there comes back as an outcome."""

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from opsflows.metrics import OUTBOUND_CALLS
from opsflows.queue.lanes import Worker
from opsflows.runs.engine.flush import Advance
from opsflows.runs.engine.progress import Calling, Progress
from opsflows.runs.engine.walk import Returned
from opsflows.workflows.kinds import OutsideKind
from opsflows.workflows.outcomes import Outcome, Retry, Unclear

#: Seconds a call waits for the worker to be sure of its leases again before it gives up.
PATIENCE = 10.0


@dataclass(slots=True)
class Outgoing:
    """A call under way, with what has to be written when it comes back."""

    progress: Progress
    calling: Calling
    #: Steps and variables of this walk that no commit has recorded yet.
    unrecorded: bool

    def job(self, worker: Worker) -> Any:
        """What the thread runs."""
        kind = self.progress.run.node.kind
        assert isinstance(kind, OutsideKind)  # noqa: S101  (only these freeze a call)
        return partial(make_call, kind, self.calling, worker)

    def advance(self, outcome: Outcome | None) -> Advance:
        """The next thing to write, now that the call came back; None says that it was not made."""
        run = self.progress.run
        if outcome is None and run.open_step is not None:
            run.open_step = replace(run.open_step, may_have_happened=False)
        return Advance(
            run=run,
            records=self.progress.records if self.unrecorded else [],
            variables=self.progress.variables if self.unrecorded else {},
            returned=() if outcome is None else (Returned(run.node.id, outcome, self.calling),),
        )


def make_call(kind: OutsideKind, calling: Calling, worker: Worker) -> Outcome | None:
    """Call, unless this worker is to end or can no longer be sure that the run is its own; then None."""
    if worker.stopping.is_set() or not _is_sure(worker):
        return None
    try:
        outcome = kind.call(calling.frozen, key=calling.key)
    except Exception as error:
        message = f"The call broke: {type(error).__name__}: {error}"
        outcome = Retry(message) if calling.frozen.repeat_safe else Unclear(message)
    OUTBOUND_CALLS.labels(type(outcome).__name__.lower()).inc()
    return outcome


def _is_sure(worker: Worker) -> bool:
    """Whether the worker's leases are its own now, or become so within `PATIENCE`."""
    end = time.monotonic() + PATIENCE
    while not worker.may_send:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
