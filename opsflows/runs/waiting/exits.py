"""Exit conditions without an event: looked at each time a run goes on after a wait."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from opsflows.queue.bulk import update_rows
from opsflows.rules import Clock
from opsflows.runs.engine.progress import Ended, Progress
from opsflows.runs.engine.run import Run
from opsflows.runs.models import Execution
from opsflows.runs.waiting.ask_to_end import ask_to_end


def exit_reached(run: Run, *, now: datetime) -> Ended | None:
    """How the run ends, if one of its exits holds for what it reads now."""
    if not run.graph.exits:
        return None
    scope = run.scope()
    clock = Clock(now=now, zone=run.zone, calendar=run.calendar)
    for each in run.graph.exits:
        if not each.event and each.condition.matches(scope, clock):
            if run.branch is None:
                return Ended(Execution.Status.COMPLETED, exit_reason=each.reason)
            # The branch ends here, and asks for the end of the others (`end_by_exit`).
            return Ended(Execution.Status.CANCELLED, f"The run ended: {each.reason}", exit_reason=each.reason)
    return None


def end_by_exit(progresses: Sequence[Progress], *, now: datetime) -> None:
    """Write why runs ended at an exit; where a branch came to it, ask for the end of the whole run."""
    ended: list[tuple[uuid.UUID, str]] = []
    asked: dict[uuid.UUID, str | None] = {}
    for progress in progresses:
        reason = progress.rest.exit_reason if isinstance(progress.rest, Ended) else None
        if reason is None:
            continue
        if progress.run.branch is None:
            ended.append((progress.run.execution_id, reason))
        else:
            asked.setdefault(progress.run.execution_id, reason)
    update_rows(Execution, ("exit_reason",), ended)
    ask_to_end(asked, now=now)
