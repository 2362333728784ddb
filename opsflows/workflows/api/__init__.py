"""`/api/workflows` (Rules)."""

from opsflows.workflows.api.collection import WorkflowsView
from opsflows.workflows.api.duplicate import DuplicateView
from opsflows.workflows.api.versions import VersionsView
from opsflows.workflows.api.workflow import WorkflowView

__all__ = ["DuplicateView", "VersionsView", "WorkflowView", "WorkflowsView"]
