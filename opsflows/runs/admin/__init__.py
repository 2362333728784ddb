"""Runs in the admin."""

from opsflows.runs.admin.batch import RunBatchAdmin
from opsflows.runs.admin.run import RunAdmin

__all__ = ["RunAdmin", "RunBatchAdmin"]
