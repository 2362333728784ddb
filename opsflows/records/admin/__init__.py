"""Records and tasks in the admin."""

from opsflows.records.admin.record import RecordAdmin
from opsflows.records.admin.task import TaskAdmin

__all__ = ["RecordAdmin", "TaskAdmin"]
