"""Upkeep in the admin: what happens periodically and its jobs, retention, the daily summary."""

from opsflows.upkeep.admin.job import JobAdmin
from opsflows.upkeep.admin.retention import RetentionPolicyAdmin
from opsflows.upkeep.admin.summary import SummaryChoiceAdmin

__all__ = ["JobAdmin", "RetentionPolicyAdmin", "SummaryChoiceAdmin"]
