"""The step kinds of records and tasks."""

from opsflows.records.steps import activity, assign, offer, plan, record, tag, task, task_series

__all__ = ["activity", "assign", "offer", "plan", "record", "tag", "task", "task_series"]
