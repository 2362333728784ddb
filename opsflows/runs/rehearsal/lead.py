"""Lead a run to its end, over all its rests and through its branches; time passes only while it waits."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from opsflows.queue.ids import new_id
from opsflows.runs.engine.progress import Ended, Parked, Progress
from opsflows.runs.engine.run import BranchPlace, ForkState, Position, Run
from opsflows.runs.engine.scopes import inner_iteration
from opsflows.runs.engine.walk import MAX_STEPS, walk
from opsflows.runs.models import Execution, Step
from opsflows.runs.rehearsal.join import LedBranch, Timetable, joined
from opsflows.runs.rehearsal.stand_ins import Rehearsal, Remark
from opsflows.runs.rehearsal.tried import Inside, TriedBranch, TriedStep, tried_step, went_on
from opsflows.workflows.outcomes import Fork

#: Of a list, so many items are led through.
EXAMPLES = 3


class Lead:
    """One dry run under way; `steps` are those it came to, a fork before its branches."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._remarks = rehearsal.remarks
        self._met: dict[tuple[str, str, int], TriedStep] = {}
        self._rests_left = MAX_STEPS

    @property
    def steps(self) -> tuple[TriedStep, ...]:
        return tuple(self._met.values())

    def to_the_end(self, run: Run, now: datetime) -> tuple[Run, Ended, datetime]:
        """The run as it ended, how, and when."""
        run, over, ended_at, _ = self._lead(run, now, ())
        return run, over, ended_at

    def _lead(self, run: Run, now: datetime, inside: Inside) -> tuple[Run, Ended, datetime, dict[str, Any]]:
        """The same, with the variables that were set for the whole run."""
        shared: dict[str, Any] = {}
        while self._rests_left:
            self._rests_left -= 1
            # As in a transaction: there every step has its own moment, and the stand-ins write nothing anyway.
            progress = walk(run, now=now, in_transaction=True)
            self._note(progress, inside)
            shared.update(
                {name: value for (_, name), (scope, value) in progress.variables.items() if scope == "global"}
            )
            run = progress.run
            match progress.rest:
                case Ended() as over:
                    return run, over, now, shared
                case Parked(fork=Fork() as fork):
                    run, now, more = self._branches(run, fork, now, inside)
                    shared.update(more)
                case Parked(due=due):
                    now = self._rested(progress, now, due)
        over = Ended(Execution.Status.FAILED, f"The run rested {MAX_STEPS} times without coming to an end.")
        return run, over, now, shared

    def _note(self, progress: Progress, inside: Inside) -> None:
        for record in progress.records:
            key = (record.node.id, record.iteration, record.attempt)
            if (waited := self._met.get(key)) is not None:
                went_on(waited, record)
            else:
                self._met[key] = tried_step(record, self._remarks.get(record.node.id, Remark()), inside)

    def _rested(self, progress: Progress, now: datetime, due: datetime) -> datetime:
        """When the run goes on. What nothing bounds goes on at once: nobody knows when it would."""
        record = progress.records[-1]
        if record.status == Step.Status.WAITING and self._remarks[record.node.id].is_open:
            return now
        self._met[record.node.id, record.iteration, record.attempt].until = due
        return max(now, due)

    def _branches(self, run: Run, fork: Fork, now: datetime, inside: Inside) -> tuple[Run, datetime, dict[str, Any]]:
        """Lead the branches, and give back the run where they joined."""
        node, at = run.node, run.position
        is_list = node.id in run.graph.iterating
        step = self._met[node.id, at.iteration, at.attempt]
        led: list[LedBranch] = []
        shared: dict[str, Any] = {}
        timetable = Timetable(fork.join, now)
        fork_id = new_id()
        for position, (handle, item) in enumerate(fork.branches[:EXAMPLES] if is_list else fork.branches):
            begins = timetable.next_start()
            start = _branch(run, fork, fork_id, position, handle, is_list=is_list, now=begins)
            if start is None:
                # Nothing to do on this way: it is over as soon as it is begun.
                found = LedBranch(position, handle, item, Ended(Execution.Status.COMPLETED), begins)
            else:
                # Items see what those before them set; ways that are gone at once don't see each other's.
                start.variables.update(shared if is_list else {})
                ended, over, ends_at, more = self._lead(start, begins, (*inside, (node.id, position)))
                found = LedBranch(position, handle, item, over, ends_at, ended.failed_steps, ended.outputs)
                shared.update(more)
            timetable.ended(found.ends_at)
            led.append(found)
        total = len(fork.branches)
        result = joined(fork.join, led, total=total, started_at=now)
        step.total, step.is_list = total, is_list
        step.branches = [
            TriedBranch(each.position, each.handle, each.item, status, each.over.error, each.over.output, each.ends_at)
            for each, status in zip(led, result.statuses, strict=True)
        ]
        if total > len(led):
            step.notes.append(
                f"The list has {total:,} entries; the first {len(led)} are led through as examples, and the others "
                "are taken to go well and to take as long."
            )
        summary = result.summary(led)
        failed = sum(each.failed_steps for each in led)
        after = replace(
            run.copy(),
            fork=ForkState(id=fork_id, is_joined=True, failed_steps=failed, summary=summary),
            woken_by=summary,
            failed_steps=run.failed_steps + failed,
        )
        after.variables.update(shared)
        for each, status in zip(led, result.statuses, strict=True):
            if not is_list and status != "dropped":
                after.outputs.update(each.outputs)
        return after, result.at, shared


def _for_all(progress: Progress) -> dict[str, Any]:
    """The variables that were set for the whole run."""
    return {name: value for (_, name), (scope, value) in progress.variables.items() if scope == "global"}


def _branch(
    run: Run, fork: Fork, fork_id: Any, position: int, handle: str, *, is_list: bool, now: datetime
) -> Run | None:
    """The run as it begins a branch; None where no step follows on that way."""
    target = run.node.handles.get(handle)
    if target is None:
        return None
    at, outer = run.position, run.branch
    items = dict(outer.items) if outer else {}
    if is_list:
        items |= {fork.join.item_name: fork.branches[position][1], "index": position}
    return replace(
        run.copy(),
        item_id=new_id(),
        failed_steps=0,
        position=Position(
            node_id=target,
            iteration=inner_iteration(at.iteration, position) if is_list else at.iteration,
            generation=at.generation,
            attempt=1,
            entered_at=now,
        ),
        woken_by=None,
        open_step=None,
        fork=None,
        branch=BranchPlace(
            id=new_id(), fork_id=fork_id, parents=(run.item_id, *(outer.parents if outer else ())), items=items
        ),
    )
