"""Runs: executions, the steps they took, their variables, and the work still to do."""

from opsflows.runs.models.execution import Execution, Priority
from opsflows.runs.models.queue_item import QueueItem
from opsflows.runs.models.step import Step
from opsflows.runs.models.variable import Variable

__all__ = ["Execution", "Priority", "QueueItem", "Step", "Variable"]
