"""Tasks in the admin."""

from opsflows.records.admin.task import TaskAdmin

__all__ = ["TaskAdmin"]
