"""When a stack has nothing left to do."""

from tests.processes.stack import Stack
from tests.processes.wait import wait_until

WORK = {
    "events not routed": "SELECT 1 FROM events WHERE routed_at IS NULL LIMIT 1",
    "runs in the queue": "SELECT 1 FROM workflow_queue LIMIT 1",
}
_QUEUE = "SELECT status, node_id, attempt, claims, fence, worker_id, lease_expires_at, scheduled_at FROM workflow_queue"
_BEATS = "SELECT id, slot, pid, beat_at, stopped_at, retiring FROM worker_heartbeats WHERE stopped_at IS NULL"


def await_rest(stack: Stack, *, seconds: float, pause: float = 0.1) -> None:
    """Until no event and no run waits.

    Raises:
        TimeoutError: with what was left, and the end of every log.
    """
    try:
        wait_until(lambda: not _left(stack), seconds=seconds, what="all at rest", pause=pause)
    except TimeoutError as error:
        seen = {"queue": stack.database.rows(f"{_QUEUE} LIMIT 5"), "heartbeats": stack.database.rows(_BEATS)}
        raise TimeoutError(f"{error}; left: {_left(stack)}\n{seen}\n{stack.log_end(40)}") from None


def _left(stack: Stack) -> list[str]:
    return [name for name, query in WORK.items() if stack.database.rows(query)]
