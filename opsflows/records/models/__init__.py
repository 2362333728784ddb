"""Records, the tasks and activities around them, and the tags on both."""

from opsflows.records.models.activity import Activity
from opsflows.records.models.record import Record
from opsflows.records.models.tag import Tag
from opsflows.records.models.task import Task

__all__ = ["Activity", "Record", "Tag", "Task"]
