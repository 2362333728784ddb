"""`/api/workflows/:id/…`: what ran, try it, start it."""

from opsflows.runs.api.batches import BatchView, StartBatchView
from opsflows.runs.api.dry_run import DryRunView
from opsflows.runs.api.executions import ExecutionsView, ExecutionView
from opsflows.runs.api.retry import JobView, RetryManyView, RetryView
from opsflows.runs.api.start import StartView

__all__ = [
    "BatchView",
    "DryRunView",
    "ExecutionView",
    "ExecutionsView",
    "JobView",
    "RetryManyView",
    "RetryView",
    "StartBatchView",
    "StartView",
]
