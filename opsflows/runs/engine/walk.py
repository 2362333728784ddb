"""The walker: leads a run from where it stands to where it must rest. It writes nothing itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from opsflows.runs.engine.begin import begin
from opsflows.runs.engine.failing import took_too_long
from opsflows.runs.engine.progress import Calling, Ended, NeedsTransaction, Parked, Progress, Rest, StepRecord, ended_by
from opsflows.runs.engine.run import Ending, OpenStep, Run
from opsflows.runs.engine.settle import Settling
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.runs.waiting.exits import exit_reached
from opsflows.workflows.compiled import CompiledNode
from opsflows.workflows.outcomes import Fork, Outcome, Unclear

#: Steps one walk may take before it is taken for endless.
MAX_STEPS = 1000
#: A run that gives its branches up is woken when they are over; this only bounds what a lost wake-up costs.
GIVING_UP = timedelta(minutes=5)


class Returned:
    """The result of the outside call, or of the crashed database step, that a walk starts from."""

    __slots__ = ("calling", "node_id", "outcome")

    def __init__(self, node_id: str, outcome: Outcome, calling: Calling | None = None) -> None:
        self.node_id = node_id
        self.outcome = outcome
        self.calling = calling


def walk(
    start: Run,
    *,
    now: datetime,
    in_transaction: bool,
    returned: Sequence[Returned] = (),
    ending: Ending | None = None,
) -> Progress:
    """Walk on from `start`, which is left as it is.

    `returned` are the outcomes of nodes that are already known; `ending` ends the run after they are recorded. With
    `in_transaction`, steps that write to our own database are taken as well.
    """
    walker = _Walker(start.copy(), now=now, in_transaction=in_transaction, returned=returned, ending=ending)
    rest = walker.go()
    return Progress(run=walker.run, rest=rest, records=walker.records, variables=walker.new_variables)


class _Walker(Settling):
    def __init__(
        self, run: Run, *, now: datetime, in_transaction: bool, returned: Sequence[Returned], ending: Ending | None
    ) -> None:
        super().__init__(run, now=now, in_transaction=in_transaction)
        self.returned = {result.node_id: result for result in returned}
        self.ending = ending

    def go(self) -> Rest:
        for _ in range(MAX_STEPS):
            waited = self.run.position.resumes
            rest = self._step()
            if waited and rest is None:
                rest = exit_reached(self.run, now=self.now)
            if self.ending is not None and isinstance(rest, Parked) and not rest.gives_up:
                return rest if self._asks_first(rest) else self._end_unanswered(self.ending)
            if rest is not None:
                return rest
        return Ended(Execution.Status.FAILED, f"The run took {MAX_STEPS} steps without coming to rest.")

    def _step(self) -> Rest | None:
        """Take the step the run stands at; None when the run can go on at once."""
        node = self.run.node
        returned = self.returned.pop(node.id, None)
        if returned is not None:
            record = self._record(node, started_at=self.now)
            if returned.calling is not None:
                record.started_at = returned.calling.started_at
                record.input_data = returned.calling.input_data
                record.warnings = returned.calling.warnings
            return self._settle(node, record, returned.outcome)
        if self._is_unclear(node):
            return self._ask(node)
        if self.ending is not None:
            return self._end_early(node, ended_by(self.ending))
        if self.run.deadline_at is not None and self.now >= self.run.deadline_at:
            over = Ended(Execution.Status.TIMEOUT, "The run took longer than its time limit.")
            return self._end_early(node, over)
        if (limit := self._step_deadline(node)) is not None and self.now >= limit and self._has_begun_in_vain():
            return self._give_up() or self._settle(node, self._record(node, started_at=self.now), took_too_long(node))
        if self._waits_for_branches():
            return self._park(None)
        if (self.run.position.resumes or self.run.end_asked) and not self.in_transaction:
            # What comes after a wait has a clock of its own, which a commit has to keep (`_leave`); and only a commit
            # knows whether the run is to end.
            return NeedsTransaction()
        begun = begin(self.run, node, now=self.now, in_transaction=self.in_transaction)
        if isinstance(begun.result, NeedsTransaction):
            return begun.result
        if isinstance(begun.result, Fork) and not self.in_transaction:
            # Its branches are committed together with it. Nothing was done yet, so it is simply asked again.
            return NeedsTransaction()
        record = self._record(node, started_at=begun.started_at)
        record.input_data = begun.input_data
        record.warnings = begun.warnings
        if isinstance(begun.result, Calling):
            return self._call(node, record, begun.result)
        return self._settle(node, record, begun.result)

    def _record(self, node: CompiledNode, *, started_at: datetime) -> StepRecord:
        position = self.run.position
        open_step = self.run.open_step
        row_id = None
        if open_step is not None and open_step.node_id == node.id and open_step.attempt == position.attempt:
            row_id = open_step.id
        return StepRecord(
            node=node,
            iteration=position.iteration,
            generation=position.generation,
            attempt=position.attempt,
            status=Step.Status.RUNNING,
            started_at=started_at,
            row_id=row_id,
        )

    def _is_unclear(self, node: CompiledNode) -> bool:
        """Whether an intent of this step was committed and its result never came."""
        open_step = self.run.open_step
        if open_step is None or open_step.is_wait or not open_step.may_have_happened:
            return False
        return (open_step.node_id, open_step.attempt) == (node.id, self.run.position.attempt)

    def _ask(self, node: CompiledNode) -> Rest | None:
        """A call that may have happened is not simply made again."""
        error = (
            "The worker ended while this call was under way, and the other side cannot tell a repeat from a second "
            "call. Look there whether it happened."
        )
        return self._settle(node, self._record(node, started_at=self.now), Unclear(error))

    def _end_early(self, node: CompiledNode, over: Ended) -> Rest:
        """The run ends before its present step does; a wait that was begun is closed with it."""
        if (giving_up := self._give_up()) is not None:
            return giving_up
        if self.run.open_step is not None:
            record = self._record(node, started_at=self.now)
            record.status, record.completed_at = Step.Status.SKIPPED, self.now
            record.error = "The run ended before this step did."
            self.records.append(record)
        return over

    def _waits_for_branches(self) -> bool:
        return self.run.fork is not None and self.run.position.resumes and not self.run.fork.is_joined

    def _give_up(self) -> Parked | None:
        """What has to happen before the step can end: its branches are given up, calls under way recorded."""
        if not self._waits_for_branches():
            return None
        return Parked(QueueItem.Status.WAITING, self.now + GIVING_UP, gives_up=True)

    def _has_begun_in_vain(self) -> bool:
        """Whether the step was begun and nobody has answered it: an answer that came in time is not thrown away
        because a worker is late."""
        is_answered = self.run.position.resumes and self.run.fork is None and self.run.woken_by is not None
        return self._has_begun() and not is_answered

    def _has_begun(self) -> bool:
        """Whether the present step waited, or was tried, before."""
        return self.run.position.resumes or self.run.position.attempt > 1

    def _asks_first(self, rest: Parked) -> bool:
        """Whether a person has to say what became of a call before an exit may end the run as a success."""
        is_exit = self.ending is not None and self.ending.exit_reason is not None
        return is_exit and rest.status == QueueItem.Status.HELD

    def _end_unanswered(self, ending: Ending) -> Ended:
        """The run is cancelled while its last call is unclear, or was to be repeated: nobody will be asked any more."""
        last = self.records[-1]
        if last.status == Step.Status.RUNNING:
            last.status, last.completed_at = Step.Status.FAILED, self.now
        return ended_by(ending)

    def _call(self, node: CompiledNode, record: StepRecord, calling: Calling) -> Rest:
        if calling.intent and record.row_id is None:
            self.records.append(record)
            # The result, when it comes, completes this row.
            self.run.open_step = OpenStep(record.id, node.id, record.attempt, is_wait=False)
        return calling
