"""Runs in the admin."""

from opsflows.runs.admin.batch import RunBatchAdmin
from opsflows.runs.admin.run import RunAdmin
from opsflows.runs.admin.state import StateValueAdmin

__all__ = ["RunAdmin", "RunBatchAdmin", "StateValueAdmin"]
