"""Runs: executions, the steps they took, their branches, variables and waits, and the work still to do."""

from opsflows.runs.models.batch import BatchPart, RunBatch
from opsflows.runs.models.event_wait import EventWait
from opsflows.runs.models.execution import Execution, Priority
from opsflows.runs.models.failure_notice import FailureNotice
from opsflows.runs.models.fork import Branch, Fork
from opsflows.runs.models.gate import Gate, Pace
from opsflows.runs.models.queue_item import QueueItem
from opsflows.runs.models.state import StateChange, StateValue
from opsflows.runs.models.step import Step
from opsflows.runs.models.variable import Variable

__all__ = [
    "BatchPart",
    "Branch",
    "EventWait",
    "Execution",
    "FailureNotice",
    "Fork",
    "Gate",
    "Pace",
    "Priority",
    "QueueItem",
    "RunBatch",
    "StateChange",
    "StateValue",
    "Step",
    "Variable",
]
