"""The jobs of this room."""

import opsflows.approvals.deliver.jobs  # noqa: F401  (the sender brings its own)
from opsflows.approvals.sweep import MOST, sweep
from opsflows.queue.job_kinds import Progress, Slice, job


@job("approvals.sweep", label="Deadlines, reminders and absences of approvals", in_transaction=False)
def sweep_piece(piece: Slice) -> Progress:
    """As much as one piece may take; another follows while there is more."""
    done = sweep(now=piece.now)
    count = piece.done + done
    return Progress(is_finished=done < MOST, done=count, note="what is due of approvals", result={"done": count})
