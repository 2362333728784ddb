"""The job that takes up many runs: a few a piece, each piece committed together with how far it has come.

A run is met once: the job goes through them in order, and what it took up is no failed run any more. One that fails
once more while the job goes on ended after it was asked for, and is left alone.
"""

import uuid
from datetime import datetime

from opsflows.accounts.actor import Actor
from opsflows.queue.job_kinds import Progress, Slice
from opsflows.runs.models import Execution
from opsflows.runs.replay.over import NotTakenUp
from opsflows.runs.replay.start_again import start_again
from opsflows.runs.replay.take_up import take_up
from opsflows.runs.replay.which import Which

#: Runs of one piece: while it lasts, nobody else writes to the account's audit trail.
PIECE = 20
#: Reasons that the result names; what else there is, is counted.
MAX_REASONS = 20


def retry_runs(piece: Slice) -> Progress:
    """The next few."""
    if piece.account_id is None:
        raise ValueError("A retry is an account's.")
    params, state = piece.params, dict(piece.state)
    which, asked_at = Which.of_params(params["which"]), datetime.fromisoformat(params["asked_at"])
    rows = which.rows(piece.account_id, asked_at=asked_at)
    if not state:
        state = {"after": None, "total": rows.count(), "taken_up": 0, "refused": 0, "reasons": {}}
    if state["after"] is not None:
        rows = rows.filter(id__gt=uuid.UUID(state["after"]))
    ids = list(rows.values_list("id", flat=True)[:PIECE])
    for execution_id in ids:
        reason = _retry(piece, execution_id)
        state["taken_up" if reason is None else "refused"] += 1
        if reason is not None:
            state["reasons"] = _counted(state["reasons"], reason)
    state["after"] = str(ids[-1]) if ids else state["after"]
    done = state["taken_up"] + state["refused"]
    return Progress(
        len(ids) < PIECE,
        state,
        done=done,
        total=max(state["total"], done),
        note=f"{state['taken_up']:,} taken up" + (f", {state['refused']:,} left alone" if state["refused"] else ""),
        result={key: state[key] for key in ("taken_up", "refused", "reasons")},
    )


def _retry(piece: Slice, execution_id: uuid.UUID) -> str | None:
    """Take one up; why not, where that cannot be."""
    assert piece.account_id is not None  # noqa: S101  (looked at before)
    # In the name of whoever asked, who was allowed to then.
    person = uuid.UUID(piece.params["person"]) if piece.params.get("person") else None
    actor = Actor(account_id=piece.account_id, user_id=person, role=None, door="system")
    reason = f"retry job {piece.job_id}"
    how = piece.params["how"]
    try:
        if how == "failed_step":
            take_up(actor=actor, execution_id=execution_id, reason=reason, now=piece.now)
        else:
            start_again(
                actor=actor,
                execution_id=execution_id,
                version="newest" if how == "start_newest" else "same",
                key=str(piece.job_id),
                reason=reason,
                now=piece.now,
            )
    except NotTakenUp as error:
        return str(error)
    except Execution.DoesNotExist:
        return "It is not there any more."
    return None


def _counted(reasons: dict[str, int], reason: str) -> dict[str, int]:
    if reason not in reasons and len(reasons) >= MAX_REASONS:
        reason = "other reasons"
    return {**reasons, reason: reasons.get(reason, 0) + 1}
