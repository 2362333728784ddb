"""Workflows in the admin."""

from opsflows.workflows.admin.workflow import WorkflowAdmin

__all__ = ["WorkflowAdmin"]
