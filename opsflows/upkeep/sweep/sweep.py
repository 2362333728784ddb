"""The job: stage by stage, a bounded number of rows a piece."""

from functools import partial

from opsflows.queue.job_kinds import Progress, Slice
from opsflows.upkeep.sweep.notice import tell
from opsflows.upkeep.sweep.overdue import overdue
from opsflows.upkeep.sweep.stalled import STALLS, Find, stalled

#: Rows looked at by one piece.
BATCH = 200
#: Events sent by one sweep for each stage; the others follow with the next. Where everything stands still, a flood of
#: events about it would make it worse.
MOST_TOLD = 500

_STAGES: dict[str, Find] = {
    "tasks": overdue,
    **{name: partial(stalled, stall) for name, stall in STALLS.items()},
}


def sweep(piece: Slice) -> Progress:
    """One batch of one stage."""
    names = list(_STAGES)
    stage = names[piece.state.get("stage", 0)]
    told = dict(piece.state.get("told", {}))
    after = piece.state.get("after")
    notices, behind = _STAGES[stage](after=tuple(after) if after else None, limit=BATCH, now=piece.now)
    told[stage] = told.get(stage, 0) + tell(notices, most=MOST_TOLD - told.get(stage, 0), now=piece.now)
    is_over = behind is None or told[stage] >= MOST_TOLD
    number = names.index(stage) + is_over
    result = {"overdue": told.get("tasks", 0), "stalled": sum(told.values()) - told.get("tasks", 0)}
    return Progress(
        number == len(names),
        {"stage": number, "after": None if is_over else behind, "told": told},
        done=piece.done + len(notices),
        note=f"looking at {stage}",
        result=result,
    )
