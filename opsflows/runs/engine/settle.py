"""From the outcome of a step to where its run goes on, or how it rests: one clause per outcome."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from opsflows.queue.backoff import backoff
from opsflows.rules import RenderError
from opsflows.runs.engine.failing import on_error, retries
from opsflows.runs.engine.progress import Ended, Parked, Rest, StepRecord, Variables
from opsflows.runs.engine.run import Position, Run, step_entry
from opsflows.runs.engine.scopes import place_of
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.compiled import CompiledNode
from opsflows.workflows.graph import DEFAULT_HANDLE, ERROR_HANDLE
from opsflows.workflows.kinds import ForkKind
from opsflows.workflows.outcomes import Done, Fail, Fork, Listening, Outcome, Retry, Scope, Skip, Unclear, Wait

#: A wait that nothing bounds.
FOR_GOOD = timedelta(days=3650)


class Settling:
    """A walk's state, and what outcomes do to it. It writes nothing itself."""

    def __init__(self, run: Run, *, now: datetime, in_transaction: bool) -> None:
        self.run = run
        self.now = now
        self.in_transaction = in_transaction
        self.records: list[StepRecord] = []
        self.new_variables: Variables = {}

    def _settle(self, node: CompiledNode, record: StepRecord, outcome: Outcome) -> Rest | None:
        record.completed_at = self.now
        match outcome:
            case Done(output, handle, variables, scope):
                record.status, record.output_data, record.handle = Step.Status.COMPLETED, output, handle
                self._remember(node, record)
                if variables:
                    self._set(node, record, variables, scope)
                return self._leave(node, record, handle)
            case Skip(reason):
                record.status, record.output_data = Step.Status.SKIPPED, {"reason": reason}
                self._remember(node, record)
                return self._leave(node, record, DEFAULT_HANDLE)
            case Wait(until, output, listens):
                self._rest(node, record, output)
                return self._park(until, listens=listens)
            case Fork():
                self._rest(node, record, outcome.output)
                return self._park(None, fork=outcome)
            case Retry(error, after, output):
                return self._retry(node, record, error, after, output)
            case Fail(error, output, False) if on_error(node, self.run) == "retry":
                return self._retry(node, record, error, None, output)
            case Fail(error, output, final):
                return self._fail(node, record, error, output, final=final)
            case Unclear(error, output):
                record.status, record.output_data, record.error = Step.Status.RUNNING, output, error
                record.completed_at = None
                self.records.append(record)
                self.run.position = replace(self.run.position, node_id=node.id)
                return Parked(QueueItem.Status.HELD, self.now, error)

    def _rest(self, node: CompiledNode, record: StepRecord, output: object) -> None:
        record.status, record.output_data, record.completed_at = Step.Status.WAITING, output, None
        self.records.append(record)
        self.run.position = replace(self.run.position, node_id=node.id, resumes=True)

    def _set(self, node: CompiledNode, record: StepRecord, variables: Mapping[str, object], scope: Scope) -> None:
        record.sets = scope, variables
        if scope == "step":
            place = f"step {node.id} {self.run.position.iteration}".rstrip()
        else:
            self.run.variables.update(variables)
            local = scope == "local"
            place = place_of(node.home, self.run.position.iteration, self.run.graph.iterating) if local else ""
        self.new_variables.update({(place, name): (scope, value) for name, value in variables.items()})

    def _remember(self, node: CompiledNode, record: StepRecord) -> None:
        self.run.outputs[node.id] = step_entry(record.status, record.output_data, record.handle, record.error)

    def _leave(self, node: CompiledNode, record: StepRecord, handle: str) -> Rest | None:
        self.records.append(record)
        target = None if self.run.ends_here else node.handles.get(handle)
        if target is None:
            try:
                return Ended(Execution.Status.COMPLETED, output=self._handed_over(node, record))
            except RenderError as error:
                return Ended(Execution.Status.FAILED, f"What it hands over could not be made: {error}")
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
        self.run.fork = None
        return None

    def _handed_over(self, node: CompiledNode, record: StepRecord) -> object:
        """What the way that ends here hands over: to the fork whose branch it is, or to a run that waits."""
        if self.run.branch is None:
            return record.output_data
        fork = self.run.graph.nodes[node.home[-1][0]]
        assert isinstance(fork.kind, ForkKind)  # noqa: S101  (only these have branches)
        return fork.kind.collect(fork.compiled, self.run.scope(), self.run.clock, record.output_data)

    def _retry(
        self, node: CompiledNode, record: StepRecord, error: str, after: timedelta | None, output: object
    ) -> Rest | None:
        most, delay = retries(node, self.run)
        attempt = self.run.position.attempt
        pause = after if after is not None else backoff(attempt, base=timedelta(seconds=delay))
        limit = self._step_deadline(node)
        if attempt > most or (limit is not None and self.now + pause >= limit):
            tries = f" (tried {attempt} times)" if attempt > 1 else ""
            return self._fail(node, record, f"{error}{tries}", output, final=False)
        record.status, record.error, record.output_data = Step.Status.FAILED, error, output
        self.records.append(record)
        self.run.position = replace(self.run.position, node_id=node.id, attempt=attempt + 1, resumes=False)
        return self._park(self.now + pause, reason=error)

    def _fail(self, node: CompiledNode, record: StepRecord, error: str, output: object, *, final: bool) -> Rest | None:
        record.status, record.error, record.output_data = Step.Status.FAILED, error, output
        self.run.failed_steps += 1
        self._remember(node, record)
        if not final and ERROR_HANDLE in node.handles:
            record.handle = ERROR_HANDLE
            return self._leave(node, record, ERROR_HANDLE)
        if not final and on_error(node, self.run) == "continue":
            return self._leave(node, record, DEFAULT_HANDLE)
        self.records.append(record)
        return Ended(Execution.Status.FAILED, f"{node.label}: {error}")

    def _park(
        self,
        until: datetime | None,
        *,
        reason: str | None = None,
        fork: Fork | None = None,
        listens: Listening | None = None,
    ) -> Parked:
        bounds = [until, self.run.deadline_at, self._step_deadline(self.run.node)]
        due = min((bound for bound in bounds if bound is not None), default=self.now + FOR_GOOD)
        return Parked(QueueItem.Status.WAITING, due, reason, fork=fork, listens=listens)

    def _step_deadline(self, node: CompiledNode) -> datetime | None:
        if node.handling is None or node.handling.timeout is None:
            return None
        return self.run.position.entered_at + node.handling.timeout
