"""The walker: leads a run from where it stands to where it must rest. It writes nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from opsflows.queue.backoff import backoff
from opsflows.runs.engine.begin import begin
from opsflows.runs.engine.progress import Calling, Ended, NeedsTransaction, Parked, Progress, Rest, StepRecord
from opsflows.runs.engine.run import OpenStep, Position, Run, step_entry
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.compiled import CompiledNode
from opsflows.workflows.outcomes import Done, Fail, Outcome, Retry, Skip, Unclear, Wait

#: Steps one walk may take before it is taken for endless.
MAX_STEPS = 1000


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
    cancelled: bool = False,
) -> Progress:
    """Walk on from `start`, which is left as it is.

    `returned` are the outcomes of nodes that are already known; `cancelled` ends the run after they are recorded. With
    `in_transaction`, steps that write to our own database are taken as well.
    """
    walker = _Walker(start.copy(), now=now, in_transaction=in_transaction, returned=returned, cancelled=cancelled)
    rest = walker.go()
    return Progress(run=walker.run, rest=rest, records=walker.records, variables=walker.new_variables)


class _Walker:
    def __init__(
        self, run: Run, *, now: datetime, in_transaction: bool, returned: Sequence[Returned], cancelled: bool
    ) -> None:
        self.run = run
        self.now = now
        self.in_transaction = in_transaction
        self.returned = {result.node_id: result for result in returned}
        self.cancelled = cancelled
        self.records: list[StepRecord] = []
        self.new_variables: dict[str, object] = {}

    def go(self) -> Rest:
        for _ in range(MAX_STEPS):
            rest = self._step()
            if self.cancelled and isinstance(rest, Parked):
                return self._end_unanswered()
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
        if self.cancelled:
            return self._end_early(node, Ended(Execution.Status.CANCELLED, "Cancelled."))
        if self.run.deadline_at is not None and self.now >= self.run.deadline_at:
            over = Ended(Execution.Status.TIMEOUT, "The run took longer than its time limit.")
            return self._end_early(node, over)
        if self.run.position.resumes and not self.in_transaction:
            # What comes after a wait has a clock of its own, which a commit has to keep (`_leave`).
            return NeedsTransaction()
        begun = begin(self.run, node, now=self.now, in_transaction=self.in_transaction)
        if isinstance(begun.result, NeedsTransaction):
            return begun.result
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

    def _end_early(self, node: CompiledNode, over: Ended) -> Ended:
        """The run ends before its present step does; a wait that was begun is closed with it."""
        if self.run.open_step is not None:
            record = self._record(node, started_at=self.now)
            record.status, record.completed_at = Step.Status.SKIPPED, self.now
            record.error = "The run ended before this step did."
            self.records.append(record)
        return over

    def _end_unanswered(self) -> Ended:
        """The run is cancelled while its last call is unclear, or was to be repeated: nobody will be asked any more."""
        last = self.records[-1]
        if last.status == Step.Status.RUNNING:
            last.status, last.completed_at = Step.Status.FAILED, self.now
        return Ended(Execution.Status.CANCELLED, "Cancelled.")

    def _call(self, node: CompiledNode, record: StepRecord, calling: Calling) -> Rest:
        if calling.intent and record.row_id is None:
            self.records.append(record)
            # The result, when it comes, completes this row.
            self.run.open_step = OpenStep(record.id, node.id, record.attempt, is_wait=False)
        return calling

    def _settle(self, node: CompiledNode, record: StepRecord, outcome: Outcome) -> Rest | None:
        """One clause per outcome."""
        record.completed_at = self.now
        match outcome:
            case Done(output, handle, variables):
                record.status, record.output_data, record.handle = Step.Status.COMPLETED, output, handle
                self._remember(node, record)
                self.run.variables.update(variables)
                self.new_variables.update(variables)
                return self._leave(node, record, handle)
            case Skip(reason):
                record.status, record.output_data = Step.Status.SKIPPED, {"reason": reason}
                self._remember(node, record)
                return self._leave(node, record, "done")
            case Wait(until, output):
                record.status, record.output_data, record.completed_at = Step.Status.WAITING, output, None
                self.records.append(record)
                self.run.position = replace(self.run.position, node_id=node.id, resumes=True)
                return self._park(until)
            case Retry(error, after, output):
                return self._retry(node, record, error, after, output)
            case Fail(error, output, final):
                return self._fail(node, record, error, output, final=final)
            case Unclear(error, output):
                record.status, record.output_data, record.error = Step.Status.RUNNING, output, error
                record.completed_at = None
                self.records.append(record)
                self.run.position = replace(self.run.position, node_id=node.id)
                return Parked(QueueItem.Status.HELD, self.now, error)

    def _remember(self, node: CompiledNode, record: StepRecord) -> None:
        self.run.outputs[node.id] = step_entry(record.status, record.output_data, record.handle, record.error)

    def _leave(self, node: CompiledNode, record: StepRecord, handle: str) -> Rest | None:
        self.records.append(record)
        target = node.handles.get(handle)
        if target is None:
            return Ended(Execution.Status.COMPLETED)
        # In a transaction the results so far are kept, so the next step may have its own clock. Outside of one this
        # walk may be walked again after a crash, and must then render the same.
        entered_at = self.now if self.in_transaction else self.run.position.entered_at
        self.run.position = Position(
            node_id=target,
            iteration=self.run.position.iteration,
            generation=self.run.position.generation,
            attempt=1,
            entered_at=entered_at,
        )
        self.run.open_step = None
        self.run.woken_by = None
        return None

    def _retry(
        self, node: CompiledNode, record: StepRecord, error: str, after: timedelta | None, output: object
    ) -> Rest | None:
        handling = self.run.graph.settings.errorHandling
        attempt = self.run.position.attempt
        if attempt > handling.retryCount:
            tries = f" (tried {attempt} times)" if attempt > 1 else ""
            return self._fail(node, record, f"{error}{tries}", output, final=False)
        record.status, record.error, record.output_data = Step.Status.FAILED, error, output
        self.records.append(record)
        self.run.position = replace(self.run.position, node_id=node.id, attempt=attempt + 1)
        pause = after if after is not None else backoff(attempt, base=timedelta(seconds=handling.retryDelay))
        return self._park(self.now + pause, error)

    def _fail(self, node: CompiledNode, record: StepRecord, error: str, output: object, *, final: bool) -> Rest | None:
        record.status, record.error, record.output_data = Step.Status.FAILED, error, output
        self.run.failed_steps += 1
        self._remember(node, record)
        if not final and "error" in node.handles:
            record.handle = "error"
            return self._leave(node, record, "error")
        goes_on = self.run.graph.settings.errorHandling.onError == "continue"
        if not final and (node.critical is False or (node.critical is None and goes_on)):
            return self._leave(node, record, "done")
        self.records.append(record)
        return Ended(Execution.Status.FAILED, f"{node.label}: {error}")

    def _park(self, due: datetime, reason: str | None = None) -> Parked:
        if self.run.deadline_at is not None:
            due = min(due, self.run.deadline_at)
        return Parked(QueueItem.Status.WAITING, due, reason)
